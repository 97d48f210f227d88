"""Takes the payload out of an answer: reasoning, code fences, chatter, refusals (codes M01-M04, M12; science B.5)."""

import re

from bouture.corpus.findings import Findings, shown
from bouture.corpus.issue import Severity, Wording
from bouture.corpus.relation_lines import HEADER, attempted

TAG = re.compile(r"</?\s*(?:e|ent|entity|entite|mention|e\d+)(?:[\s:/][^<>]*)?>", re.IGNORECASE)
_ESCAPED_TAG = re.compile(
    r"&lt;(?P<inside>\s*(?:/\s*e\d*|e(?:\d+|\s(?=[^<>]{1,200}=))(?:(?!&lt;|&gt;)[^<>]){0,200})\s*)&gt;",
    re.IGNORECASE,
)
_THINKING = re.compile(
    r"<(think|thinking|reasoning|reflexion)>.*?(?:</\1>|(?P<open>\Z))", re.DOTALL | re.IGNORECASE
)
_FENCE = re.compile(
    r"^[ \t]*(?P<mark>```|~~~)[^\n`~]*\n(?P<inside>.*?)(?:\n?[ \t]*(?P=mark)[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)
_WHAT = (
    r"(?:textes?|phrases?|sentences?|documents?|versions?|paragraphes?|passages?|réponses?|answers?|outputs?"
    r"|résultats?|results?|réécritures?|reformulations?|annotations?)"
)
_DONE = r"(?:réécrit|annot|rewritten|final|modifié|corrigé|généré|reformulé|demandé|requested|below|ci-dessous)\w*"
_PREAMBLE = re.compile(
    rf"^[\W_]*(?:(?:voici|voilà|here(?: is|['’]s| are)|below is|ci-dessous)\b.*\b{_WHAT}\b.*[:.!]"
    rf"|(?:le |la |the )?{_WHAT} {_DONE}.{{0,60}}?|{_WHAT}(?: \w+)? ?:"
    r"|(?:bien sûr|bien entendu|certainement|d['’]accord|absolument|avec plaisir|sure|certainly|of course|okay|ok|très bien)"
    r" ?[,.!:].{0,120})[\W_]*$",
    re.IGNORECASE,
)
_INLINE = re.compile(
    rf"^[\W_]*?(?:(?:bien sûr|sure|certainly|of course)\W+)?"
    rf"(?:(?:voici|voilà|here(?: is|['’]s))\b[^:\n<]{{0,40}}\b{_WHAT}\b[^:\n<]{{0,60}}|{_WHAT}(?: {_DONE})?)\s*:\s*(?:\*\*)?\s*",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[ \t]*(?:-{3,}|\*{3,}|_{3,}|={3,})[ \t]*$")
_REMARK = re.compile(
    r"^[\W_]*(?:notes?\b|remarques?\b|n\.?b\.?\s*:|explications?\b|explanation\b|commentaires?\s*:"
    r"|j['’]ai (?:bien )?(?:conserv|gard|réécri|reformul|respect|modifi|ajout|remplac|utilis|annot|mainten|préserv|veill)"
    r"|n['’]hésitez|si vous (?:souhaitez|voulez|avez besoin|désirez)|souhaitez-vous|voulez-vous que je|dites-moi si"
    r"|let me know|feel free|i(?:['’]ve| have) (?:kept|rewritten|preserved|used|added|changed|annotated)|i hope|would you like"
    r"|j['’]espère que (?:cela|ce texte|cette)|(?:ce|le) texte (?:réécrit|ci-dessus|respecte|conserve)|cette (?:version|réécriture|reformulation)"
    r"|this (?:version|rewrite|text (?:keeps|preserves))|toutes les (?:balises|entités|mentions|relations)"
    r"|all (?:the )?(?:tags|entities|mentions|relations)|les (?:balises|entités annotées)\b)",
    re.IGNORECASE,
)
_DO = (
    r"(?:aider|répondre|réécrire|rédiger|générer|produire|fournir|créer|écrire|satisfaire|accéder|traiter|participer"
    r"|donner suite|reformuler|annoter|faire cela|help|assist|comply|fulfil|rewrite|generate|provide|create|write|produce"
    r"|engage|annotate|do that)"
)
REFUSAL = re.compile(
    r"(?:je ne (?:peux|puis|suis|pourrai)|il m['’]est impossible|je refuse|je dois refuser|je préfère ne pas)"
    rf"(?: pas| en mesure| autorisée?| de| d['’]| à| vous| y)*\s*{_DO}\b"
    rf"|\bI(?: cannot|['’]m unable|['’]m not able| can['’]?t| am unable| am not able| won['’]t| must decline)(?: to)? {_DO}\b"
    r"|sorry,? but I\b|ce contenu (?:est|serait) (?:contraire|inapproprié)"
    r"|contraire à (?:mes|nos) (?:principes|règles|directives)|against my (?:guidelines|policy)",
    re.IGNORECASE,
)
META = re.compile(
    r"\b(?:en tant qu(?:e modèle|['’]IA|['’]intelligence artificielle|['’]assistant)|as an? (?:AI|language model|assistant)\b"
    r"|modèle de langage|voici une? (?:phrase|exemple de|texte|version)|here is an? (?:sentence|example|rewritten|text)"
    r"|(?:texte|phrase) (?:réécrite?|annotée?|générée?|reformulée?) (?:ci-dess|par|avec|selon|conform)"
    r"|rewritten (?:text|version|sentence)|balises? (?:XML|d['’]entités?|<e|inline))",
    re.IGNORECASE,
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")

W_THINKING = Wording(
    "reasoning before the answer, set aside", "raisonnement avant la réponse, mis de côté"
)
W_FENCE = Wording("code fence removed", "délimiteurs de bloc de code retirés")
W_BEFORE = Wording(
    "text before the answer, removed: {removed!r}", "texte avant la réponse, retiré : {removed!r}"
)
W_AFTER = Wording(
    "text after the answer, removed: {removed!r}", "texte après la réponse, retiré : {removed!r}"
)
W_SEVERAL = Wording(
    "the answer holds several texts; the first was kept, not {removed!r}",
    "la réponse contient plusieurs textes ; le premier est gardé, mais pas {removed!r}",
)
W_REFUSAL = Wording("the model refuses: {said!r}", "le modèle refuse : {said!r}")
W_EMPTY = Wording("the answer is empty", "la réponse est vide")
W_CUT = Wording("the answer is cut: {why}", "la réponse est coupée : {why}")
W_HALF = Wording(
    "half characters (surrogates) replaced by U+FFFD",
    "demi-caractères (surrogates) remplacés par U+FFFD",
)
W_DECORATION = Wording("decoration removed: {what}", "habillage retiré : {what}")
W_ESCAPED = Wording("escaped tags read as tags", "balises échappées lues comme des balises")


def clean(answer: str, findings: Findings) -> str:
    """The payload of `answer`; what was taken away is in `findings`. Empty when nothing can be used."""
    text = answer
    if _SURROGATE.search(text):
        text = _SURROGATE.sub("\ufffd", text)
        findings.add("M12", Severity.REPAIRED, W_HALF, count=text.count("\ufffd"))
    text = _without_thinking(text, findings).strip("\ufeff\u200b \t\r\n")
    text = _out_of_fences(text, findings)
    text = _unescaped(text, findings)
    if not text:
        if not findings.issues or findings.issues[-1].code != "M03":
            findings.add("M04", Severity.REJECT, W_EMPTY, answer=shown(answer))
        return ""
    if not TAG.search(text) and _refuses(text):
        findings.add("M01", Severity.REJECT, W_REFUSAL, said=shown(text))
        return text
    text = _without_preamble(text, findings)
    return _without_remarks(text, findings)


def undecorate(body: str, findings: Findings) -> str:
    """The text part without Markdown around it: quotes, bold, numbering, heading, block quote."""
    done: list[str] = []
    lines = body.split("\n")
    if any(line.startswith(">") for line in lines) and all(
        line.startswith(">") or not line.strip() for line in lines
    ):
        body = "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines)
        done.append("> …")
    for what, pattern in (("# …", r"#{1,6}\s+"), ("1. …", r"(?:\d{1,2}[.)]|[•*])\s+(?=\S)")):
        shorter = re.sub(rf"\A{pattern}", "", body)
        several = len(re.findall(rf"^{pattern}", body, re.MULTILINE)) > 1
        if shorter != body and not several:
            body = shorter
            done.append(what)
    if body.count("**") >= 2 and body.count("**") % 2 == 0:
        body = body.replace("**", "")
        done.append("**…**")
    bare = TAG.sub("", body)
    if (
        bare.startswith('"')
        and bare.endswith('"')
        and bare.count('"') == 2
        and body[0] == body[-1] == '"'
    ):
        body = body[1:-1].strip()
        done.append('"…"')
    if len(body) > 2 and body[0] == body[-1] == "`" and body.count("`") == 2:
        body = body[1:-1].strip()
        done.append("`…`")
    if done:
        findings.add("M12", Severity.REPAIRED, W_DECORATION, what=", ".join(done))
    return body


def _refuses(text: str) -> bool:
    return bool(REFUSAL.search(text[:300]) or (META.search(text[:200]) and len(text) < 600))


def _without_thinking(text: str, findings: Findings) -> str:
    match = _THINKING.search(text)
    if match is None:
        return text
    if match["open"] is not None:
        findings.add("M03", Severity.REJECT, W_CUT, why=match.group()[:12])
        return ""
    findings.add("M02", Severity.REPAIRED, W_THINKING, removed=shown(match.group()))
    return _THINKING.sub("", text)


def _out_of_fences(text: str, findings: Findings) -> str:
    """The content of the code fence that holds the text, with the relation lines found elsewhere."""
    blocks = list(_FENCE.finditer(text))
    if not blocks:
        return text
    outside = _FENCE.sub("", text)
    tagged = [b for b in blocks if TAG.search(b["inside"]) or b["inside"].lstrip().startswith("{")]
    if not tagged and TAG.search(outside):
        kept, others = outside, [b["inside"] for b in blocks]
    else:
        chosen = tagged[0] if tagged else blocks[0]
        kept = chosen["inside"]
        others = [b["inside"] for b in blocks if b is not chosen] + [outside]
    findings.add("M02", Severity.REPAIRED, W_FENCE, count=len(blocks))
    relations: list[str] = []
    for other in others:
        if TAG.search(other):
            findings.add("M02", Severity.REVIEW, W_SEVERAL, removed=shown(other))
            continue
        lines = [line for line in other.split("\n") if line.strip()]
        relations += [line for line in lines if attempted(line)]
        rest = [line for line in lines if not attempted(line) and not HEADER.match(line)]
        if rest:
            findings.add("M02", Severity.REPAIRED, W_BEFORE, removed=shown("\n".join(rest)))
    return "\n".join([kept.strip(" \t\r\n"), *relations]).strip()


def _unescaped(text: str, findings: Findings) -> str:
    if TAG.search(text) or not _ESCAPED_TAG.search(text):
        return text
    findings.add("M13", Severity.REPAIRED, W_ESCAPED, count=len(_ESCAPED_TAG.findall(text)))
    return _ESCAPED_TAG.sub(
        lambda tag: "<" + tag["inside"].replace("&quot;", '"').replace("&#39;", "'") + ">", text
    )


def _without_preamble(text: str, findings: Findings) -> str:
    lines = text.split("\n")
    has_tags = bool(TAG.search(text))
    first = 0
    while first < len(lines) - 1 and _before(lines[first], has_tags):
        first += 1
    rest = "\n".join(lines[first:]).strip(" \t\r\n")
    removed = "\n".join(lines[:first]).strip()
    if not rest:
        return text
    inline = _INLINE.match(rest)
    if inline and inline.end() < len(rest):
        removed = f"{removed} {inline.group()}".strip()
        rest = rest[inline.end() :]
    if removed:
        findings.add("M02", Severity.REPAIRED, W_BEFORE, removed=shown(removed))
    return rest


def _before(line: str, has_tags: bool) -> bool:
    """Whether a line before the text is chatter; a preface that moralises only counts before tags."""
    if not line.strip():
        return True
    if TAG.search(line) or attempted(line) or len(line) > 300:
        return False
    if _RULE.match(line) or _PREAMBLE.match(line):
        return True
    return has_tags and bool(REFUSAL.search(line) or META.search(line))


def _without_remarks(text: str, findings: Findings) -> str:
    removed: list[str] = []
    kept = text
    while True:
        head, gap, last = kept.rpartition("\n\n")
        if not gap or TAG.search(last):
            break
        if last.strip() and not _REMARK.match(last) and not _RULE.match(last):
            break
        removed.insert(0, last.strip())
        kept = head.rstrip()
    said = "\n\n".join(part for part in removed if part)
    if said:
        findings.add("M02", Severity.REPAIRED, W_AFTER, removed=shown(said))
    return kept
