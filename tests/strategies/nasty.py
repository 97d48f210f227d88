"""Answers that no strategy may make a document of, and that none may fall over."""

HOSTILE = {
    "empty": "",
    "white": " \n\t\u00a0 ",
    "refusal": "Je suis désolé, mais je ne peux pas vous aider à rédiger ce texte.",
    "english refusal": "I'm sorry, but I can't help with that.",
    "json": '{"result": null, "items": [], "n": [[[[]]]]}',
    "many <": "<" * 50_000,
    "open tags": '<e id="E1" t="LIEU">' * 400,
    "close tags": "</e>" * 5_000,
    "half characters": "\ud800\udfff Bonjour \udc00",
    "nulls": "\x00\x01\x02" * 50,
    "another script": "在基辅发生了爆炸。" * 20,
    "bars": "a | b | c\n" * 2_000,
    "colons": ":" * 5_000 + "\n" + "; " * 5_000,
    "headings": "TEXTE 1\n" * 2_000 + "TEXTE 2\n" * 2_000,
    "traps": "PIÈGE : " * 3_000 + "\nPIÈGE :\n" * 500,
    "fences": "```\n" * 3_001,
    "thoughts": "<think>" * 2_000,
    "echo": "# user\n## Consigne\n$labels $text ${surface}",
}
"""By what they are."""

HUGE = {
    "a megabyte of <": "<" * 1_000_000,
    "a megabyte of lines": "\n" * 1_000_000,
    "a megabyte of bars": "a | b | c ; d : e\n" * 60_000,
    "a megabyte of braces": "{[" * 500_000,
    "a megabyte of marks": "*_#- " * 200_000,
}
"""What a reader of its own (not `read_markup`) must pass over quickly."""
