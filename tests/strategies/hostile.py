"""Answers that no reader may stumble over: `HOSTILE`, for tests of strategies that read plain lists and markup."""

HOSTILE = {
    "empty": "",
    "white space": " \n\t\u00a0\ufeff",
    "refusal": "Je suis désolé, mais je ne peux pas vous aider à annoter ce texte.",
    "english refusal": "I'm sorry, but I cannot assist with annotating this content.",
    "meta": "En tant que modèle de langage, je n’ai pas accès au texte.",
    "json": '{"$defs": {"Entity": {"type": "object"}}, "properties": {}}',
    "angle brackets": "<" * 1_000_000,
    "tags": "<e id=" * 20_000,
    "numbers": "1. " * 50_000,
    "bars": "|" * 100_000,
    "half characters": "\ud83d 1. \udc00 <> \ud800 <> x",
    "null": "\x00" * 100,
    "russian": "Взрывы прогремели в Киеве, сообщил мэр города. Это очень длинное предложение.",
    "thinking": "<think>Je réfléchis : 1. A, 2. B",
    "separators": "<> <> <>\n->\n| | |\n" * 100,
    "nested json": "[" * 5_000 + "]" * 5_000,
}
