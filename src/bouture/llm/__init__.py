"""Request in, response out: messages, providers, the store of answers, the client. Knows no Document."""
