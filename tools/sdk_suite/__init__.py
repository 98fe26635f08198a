"""The OpenAI SDK's own tests, bare and with aso on: what passes bare must pass with aso."""
