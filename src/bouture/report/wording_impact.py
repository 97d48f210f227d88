"""What the report says of worth, cost, checks and recipe, in English and French."""

from bouture.corpus.issue import Wording

IMPACT: dict[str, Wording] = {
    "decision.augment": Wording("Augment.", "Augmentez."),
    "decision.do_not_augment": Wording("Do not augment.", "N’augmentez pas."),
    "decision.cannot_tell": Wording(
        "Not enough data to tell.", "Pas assez de données pour trancher."
    ),
    "decision.none": Wording("Worth not measured.", "Utilité non mesurée."),
    "decision.none_text": Wording(
        "No impact experiment has been run: nothing yet says whether these documents help a model.",
        "Aucune expérience d’impact n’a été menée\u00a0: rien ne dit encore si ces documents "
        "aident un modèle.",
    ),
    "task.entities": Wording("Entities", "Entités"),
    "task.relations": Wording("Relations", "Relations"),
    "impact.title": Wording("Does it help?", "Est-ce utile\u202f?"),
    "impact.nav": Wording("Impact", "Impact"),
    "impact.lead": Wording(
        "Models trained on the annotated documents alone, with copies of them (the control), and "
        "with the new documents; same samples, same test documents. Scores in hundredths.",
        "Modèles entraînés sur les documents annotés seuls, avec des copies de ceux-ci (le "
        "témoin), et avec les documents nouveaux\u202f; mêmes échantillons, mêmes documents de "
        "test. Scores en centièmes.",
    ),
    "impact.setting": Wording(
        "Learner “{learner}”, {seeds} seeds, {train} training documents, {test} test documents "
        "holding {units} units, {factor} added per annotated document. Metric declared "
        "beforehand: {metric} F1, strict match.",
        "Modèle entraîné\u00a0: «\u00a0{learner}\u00a0», {seeds} graines, {train} documents "
        "d’entraînement, {test} documents de test contenant {units} unités, documents ajoutés par "
        "document annoté\u00a0: {factor}. Métrique annoncée d’avance\u00a0: F1 {metric}, "
        "appariement strict.",
    ),
    "impact.exploratory": Wording(
        "Exploratory: the safeguards were lifted. No claim may rest on these figures.",
        "Exploratoire\u00a0: les garde-fous ont été levés. On ne peut rien conclure de ces "
        "chiffres.",
    ),
    "impact.detectable": Wording(
        "Announced before running, in points of F1: with this test set and these seeds, a true "
        "difference below {points} will usually be missed. Least gain worth having: {worthwhile}.",
        "Annoncé avant l’expérience, en points de F1\u00a0: avec ce jeu de test et ces graines, "
        "un écart réel inférieur à {points} passera le plus souvent inaperçu. Plus petit gain "
        "jugé utile\u00a0: {worthwhile}.",
    ),
    "impact.differences": Wording(
        "Difference of F1 with its 95% interval; a gain counts only if it lies right of zero "
        "over gold alone and over the duplicates",
        "Écart de F1 et son intervalle à 95\u00a0%\u202f; un gain ne compte que s’il est à droite "
        "de zéro par rapport aux documents annotés seuls et aux copies",
    ),
    "impact.scores": Wording(
        "F1 by arm: mean over seeds, and each seed",
        "F1 de chaque bras\u00a0: moyenne des graines, et chaque graine",
    ),
    "impact.f1_axis": Wording("{metric} F1", "F1 {metric}"),
    "impact.difference_axis": Wording("Difference of F1 (points)", "Écart de F1 (points)"),
    "impact.against": Wording("against", "par rapport à"),
    "impact.arm": Wording("Arm", "Bras"),
    "impact.size": Wording("Annotated documents", "Documents annotés"),
    "impact.added": Wording("Added", "Ajoutés"),
    "impact.recall": Wording("R", "R"),
    "impact.over_none": Wording("Δ none [95%]", "Δ annotés seuls [95\u00a0%]"),
    "impact.over_duplicate": Wording("Δ duplicate [95%]", "Δ duplication [95\u00a0%]"),
    "impact.p_holm": Wording("p (Holm)", "p (Holm)"),
    "impact.equivalent": Wording(
        "Worth, in annotated documents", "Équivalent en documents annotés"
    ),
    "impact.seen": Wording("Recall, seen", "Rappel, vues"),
    "impact.unseen": Wording("Recall, unseen", "Rappel, inédites"),
    "impact.reading": Wording(
        "P, R: precision and recall (micro). ± standard deviation over seeds. Δ: difference of "
        "{metric} F1 with its 95% interval (bootstrap over seeds and test documents). Bold "
        "colour: established (the interval excludes 0, and p < 0.05 after Holm’s correction). Seen, unseen: mentions whose form and label"
        " are or are not in the training sample.",
        "P, R\u00a0: précision et rappel (micro). ± écart-type sur les graines. Δ\u00a0: écart de "
        "F1 {metric} et son intervalle à 95\u00a0% (bootstrap sur les graines et les documents de "
        "test). En gras et en couleur\u00a0: établi (l’intervalle exclut 0, et p < 0,05 après "
        "correction de Holm). Vues, "
        "inédites\u00a0: mentions dont la forme, avec ce type, figure ou non dans l’échantillon "
        "d’entraînement.",
    ),
    "impact.labels": Wording(
        "Label by label: {arm}, {size} annotated documents",
        "Type par type\u00a0: {arm}, {size} documents annotés",
    ),
    "impact.labels_note": Wording(
        "Not corrected for the number of labels: one in twenty differs by chance. ▲ improved, ▼ "
        "degraded. Labels with fewer than {few} units in the test documents are greyed.",
        "Sans correction pour le nombre de types\u00a0: un sur vingt diffère par hasard. ▲ "
        "amélioré, ▼ dégradé. Les types qui ont moins de {few} unités dans les documents de test "
        "sont grisés.",
    ),
    "arm.none": Wording("annotated alone", "annotés seuls"),
    "arm.duplicate": Wording("duplicate (control)", "duplication (témoin)"),
    "arm.mixture": Wording("mixture of strategies", "mélange des stratégies"),
    "arm.oracle": Wording(
        "more annotated documents (upper bound)", "autres documents annotés (borne supérieure)"
    ),
    "cost.title": Wording("Cost and time", "Coût et durée"),
    "cost.nav": Wording("Cost", "Coût"),
    "cost.requests": Wording("Requests", "Requêtes"),
    "cost.prompt": Wording("Tokens in", "Jetons en entrée"),
    "cost.completion": Wording("Tokens out", "Jetons en sortie"),
    "cost.lost": Wording(
        "Requests whose answers were lost and may be billed",
        "Requêtes sans réponse reçue, peut-être facturées",
    ),
    "cost.total": Wording("Cost", "Coût"),
    "cost.usable": Wording(
        "Cost per usable document made by the model", "Coût par document retenu issu du modèle"
    ),
    "cost.model_time": Wording(
        "Time of the model (sum over requests)", "Temps du modèle (somme des requêtes)"
    ),
    "cost.asked": Wording(
        "Requests sent by the last run", "Requêtes envoyées lors de la dernière exécution"
    ),
    "cost.stored": Wording("Answers taken from the store", "Réponses déjà enregistrées"),
    "cost.retries": Wording("Retries", "Nouvelles tentatives"),
    "cost.time": Wording("Duration of the last run", "Durée de la dernière exécution"),
    "cost.model": Wording("Model, as the server names it", "Modèle, tel que le serveur le nomme"),
    "cost.unnamed": Wording("(unnamed)", "(sans nom)"),
    "cost.no_model": Wording("No model was asked.", "Aucun modèle n’a été interrogé."),
    "checks.title": Wording("Checks and their thresholds", "Contrôles et seuils"),
    "checks.nav": Wording("Checks", "Contrôles"),
    "checks.lead": Wording(
        "Thresholds are taken from the annotated corpus, not set by hand: a new document is odd "
        "when it leaves the range of the annotated ones.",
        "Les seuils viennent du corpus annoté et non d’un réglage à la main\u00a0: un document "
        "nouveau est suspect quand il sort de la plage observée dans les documents annotés.",
    ),
    "checks.check": Wording("Check", "Contrôle"),
    "checks.threshold": Wording("Threshold", "Seuil"),
    "checks.value": Wording("Value", "Valeur"),
    "checks.no_threshold": Wording("no threshold: holds or not", "sans seuil\u00a0: vrai ou faux"),
    "checks.none": Wording(
        "No check was kept with this run.",
        "Aucun contrôle n’a été enregistré avec cette exécution.",
    ),
    "recipe.title": Wording("The recipe as used", "La recette utilisée"),
    "recipe.nav": Wording("Recipe", "Recette"),
    "impact.scores_table": Wording("Scores, in hundredths", "Scores, en centièmes"),
    "impact.differences_table": Wording("Differences of {metric} F1", "Écarts de F1 {metric}"),
}
