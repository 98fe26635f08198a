"""The own tests of SDKs, frameworks and HTTP clients, bare and with aso on: what passes bare must pass with aso."""
