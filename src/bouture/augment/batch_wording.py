"""What the page beside the batch files says, in English and French."""

from bouture.corpus.issue import Wording

TITLE = Wording(
    "# Requests to be answered, round {round}", "# Requêtes à faire traiter, tour {round}"
)

LEAD = Wording(
    """
This folder holds {requests} requests for a language model. bouture has written them and has sent nothing.
They must be answered elsewhere; then the answers come back. The page says how. Made {made}.
""",
    """
Ce dossier contient {requests} requêtes destinées à un modèle de langue. bouture les a écrites et n’a rien
envoyé. Il faut les faire traiter ailleurs, puis rapporter les réponses. Cette page dit comment. Fait le {made}.
""",
)

FILES = Wording(
    """
## What is here

{count} file(s) of requests, one request a line. Do not edit them: each line has a key, and an answer is
only taken if it carries the key of a request. `{manifest}` lists the files; `{keys}` lists the keys. Keep
both here: only the files of requests need to travel.
""",
    """
## Ce que contient le dossier

{count} fichier(s) de requêtes, une requête par ligne. Ne les modifiez pas : chaque ligne porte une clé, et
une réponse n’est acceptée que si elle porte la clé d’une requête. `{manifest}` liste les fichiers, `{keys}`
les clés. Laissez-les ici : seuls les fichiers de requêtes voyagent.
""",
)

TABLE = Wording(
    "| file | model | requests | bytes | SHA-256 |\n|---|---|---:|---:|---|",
    "| fichier | modèle | requêtes | octets | SHA-256 |\n|---|---|---:|---:|---|",
)

OPENAI = Wording(
    """
## At OpenAI

On the web page (no command to type): sign in at https://platform.openai.com/batches, click "Create", choose
one of the files, the endpoint `/v1/chat/completions` and 24 hours. Do it once for each file. When the batch is
"completed" or "expired", download its output file and, if there is one, its error file.

With commands, for one file (the words in capitals come from the answer to the command before):

    curl https://api.openai.com/v1/files -H "Authorization: Bearer $OPENAI_API_KEY" \\
      -F purpose=batch -F file=@{file}
    curl https://api.openai.com/v1/batches -H "Authorization: Bearer $OPENAI_API_KEY" \\
      -H "Content-Type: application/json" \\
      -d '{{"input_file_id": "FILE_ID", "endpoint": "/v1/chat/completions", "completion_window": "24h"}}'
    curl https://api.openai.com/v1/batches/BATCH_ID -H "Authorization: Bearer $OPENAI_API_KEY"
    curl https://api.openai.com/v1/files/OUTPUT_FILE_ID/content \\
      -H "Authorization: Bearer $OPENAI_API_KEY" -o {answers}
    curl https://api.openai.com/v1/files/ERROR_FILE_ID/content \\
      -H "Authorization: Bearer $OPENAI_API_KEY" -o {errors}
""",
    """
## Chez OpenAI

Sur la page web (aucune commande à taper) : connectez-vous à https://platform.openai.com/batches, cliquez sur
« Create », choisissez l’un des fichiers, le point d’accès `/v1/chat/completions` et 24 heures. Faites-le une
fois par fichier. Quand le lot est « completed » ou « expired », téléchargez son fichier de résultats (« output »)
et, s’il existe, son fichier d’erreurs (« error »).

En commandes, pour un fichier (les mots en capitales viennent de la réponse à la commande précédente) :

    curl https://api.openai.com/v1/files -H "Authorization: Bearer $OPENAI_API_KEY" \\
      -F purpose=batch -F file=@{file}
    curl https://api.openai.com/v1/batches -H "Authorization: Bearer $OPENAI_API_KEY" \\
      -H "Content-Type: application/json" \\
      -d '{{"input_file_id": "FILE_ID", "endpoint": "/v1/chat/completions", "completion_window": "24h"}}'
    curl https://api.openai.com/v1/batches/BATCH_ID -H "Authorization: Bearer $OPENAI_API_KEY"
    curl https://api.openai.com/v1/files/OUTPUT_FILE_ID/content \\
      -H "Authorization: Bearer $OPENAI_API_KEY" -o {answers}
    curl https://api.openai.com/v1/files/ERROR_FILE_ID/content \\
      -H "Authorization: Bearer $OPENAI_API_KEY" -o {errors}
""",
)

MISTRAL = Wording(
    """
## At Mistral

The files do not name the model: it is named when the job is made. Each file is for the model in the table.
With commands, for one file (the words in capitals come from the answer to the command before):

    curl https://api.mistral.ai/v1/files -H "Authorization: Bearer $MISTRAL_API_KEY" \\
      -F purpose=batch -F file=@{file}
    curl https://api.mistral.ai/v1/batch/jobs -H "Authorization: Bearer $MISTRAL_API_KEY" \\
      -H "Content-Type: application/json" \\
      -d '{{"model": "{model_json}", "input_files": ["FILE_ID"], "endpoint": "/v1/chat/completions"}}'
    curl https://api.mistral.ai/v1/batch/jobs/JOB_ID -H "Authorization: Bearer $MISTRAL_API_KEY"
    curl https://api.mistral.ai/v1/files/OUTPUT_FILE/content \\
      -H "Authorization: Bearer $MISTRAL_API_KEY" -o {answers}
    curl https://api.mistral.ai/v1/files/ERROR_FILE/content \\
      -H "Authorization: Bearer $MISTRAL_API_KEY" -o {errors}

Repeat the third command until `status` is `SUCCESS`, `FAILED` or `TIMEOUT_EXCEEDED`.
""",
    """
## Chez Mistral

Les fichiers ne nomment pas le modèle : on le nomme en créant la tâche. Chaque fichier est destiné au modèle
du tableau. En commandes, pour un fichier (les mots en capitales viennent de la réponse à la commande précédente) :

    curl https://api.mistral.ai/v1/files -H "Authorization: Bearer $MISTRAL_API_KEY" \\
      -F purpose=batch -F file=@{file}
    curl https://api.mistral.ai/v1/batch/jobs -H "Authorization: Bearer $MISTRAL_API_KEY" \\
      -H "Content-Type: application/json" \\
      -d '{{"model": "{model_json}", "input_files": ["FILE_ID"], "endpoint": "/v1/chat/completions"}}'
    curl https://api.mistral.ai/v1/batch/jobs/JOB_ID -H "Authorization: Bearer $MISTRAL_API_KEY"
    curl https://api.mistral.ai/v1/files/OUTPUT_FILE/content \\
      -H "Authorization: Bearer $MISTRAL_API_KEY" -o {answers}
    curl https://api.mistral.ai/v1/files/ERROR_FILE/content \\
      -H "Authorization: Bearer $MISTRAL_API_KEY" -o {errors}

Répétez la troisième commande jusqu’à ce que `status` soit `SUCCESS`, `FAILED` ou `TIMEOUT_EXCEEDED`.
""",
)

VLLM = Wording(
    """
## On a machine with vLLM

Copy the files of requests to the machine (a USB key will do; it needs no network if the model is on its disk).
Then, for each file, with the model of the table:

    vllm run-batch -i {file} -o {answers} --model {model}

Where the model is a folder on disk, give the folder and keep the name:
`--model /path/to/the/folder --served-model-name {model}`. Copy the files of answers back here.
""",
    """
## Sur une machine équipée de vLLM

Copiez les fichiers de requêtes sur la machine (une clé USB suffit ; aucun réseau n’est nécessaire si le modèle
est sur son disque). Puis, pour chaque fichier, avec le modèle du tableau :

    vllm run-batch -i {file} -o {answers} --model {model}

Si le modèle est un dossier sur le disque, donnez le dossier et gardez le nom :
`--model /chemin/du/dossier --served-model-name {model}`. Rapportez ici les fichiers de réponses.
""",
)

BY_HAND = Wording(
    """
## On another machine, by any means

Copy the files of requests to where the model is (a USB key will do; no network is needed). Each line is
a JSON object with `key`, `model`, `messages` and `parameters`. For each line, ask the model and write a line

    {{"key": "the same key", "text": "what the model answered", "model": "the model's own name"}}

into a file of answers, UTF-8, one answer a line. `text` added to the line as it is will do too. Lines
without an answer may be left out, or left as they are: they are asked again in the next round.
""",
    """
## Sur une autre machine, par le moyen de votre choix

Copiez les fichiers de requêtes là où se trouve le modèle (une clé USB suffit ; aucun réseau n’est nécessaire).
Chaque ligne est un objet JSON avec `key`, `model`, `messages` et `parameters`. Pour chaque ligne, interrogez
le modèle et écrivez une ligne

    {{"key": "la même clé", "text": "ce que le modèle a répondu", "model": "le nom que le modèle se donne"}}

dans un fichier de réponses, en UTF-8, une réponse par ligne. On peut aussi ajouter `text` à la ligne telle quelle.
Les lignes sans réponse peuvent être omises ou laissées telles quelles : elles seront redemandées au tour suivant.
""",
)

BACK = Wording(
    """
## Bringing the answers back

Put all the files that came back, answers and errors, together in one folder, and on this machine:

    bouture batch import {run} FOLDER

Their order does not matter, nor does a file given twice or one that is missing: what is good is kept, what is
not is named with its file and line. A compressed file (`.gz`) is read as it is.
""",
    """
## Rapporter les réponses

Rassemblez dans un même dossier tous les fichiers revenus, réponses et erreurs, puis, sur cette machine :

    bouture batch import {run} DOSSIER

L’ordre n’importe pas, ni un fichier donné deux fois, ni un fichier manquant : ce qui est bon est conservé, ce
qui ne l’est pas est nommé avec son fichier et sa ligne. Un fichier compressé (`.gz`) est lu tel quel.
""",
)

NEXT = Wording(
    """
## And then

    bouture batch export {run}

writes what is still to be asked: requests that failed, and the next questions of dialogues with several turns.
Wait until everything of this round has come back, or what is still under way is asked a second time. When
there is nothing left to ask, make the documents:

    bouture run {run}
""",
    """
## Et ensuite

    bouture batch export {run}

écrit ce qui reste à demander : les requêtes qui ont échoué et les questions suivantes des dialogues à plusieurs
tours. Attendez que tout ce tour soit revenu, sinon ce qui est encore en cours sera demandé une seconde fois.
Quand il n’y a plus rien à demander, produisez les documents :

    bouture run {run}
""",
)
