"""What goes over the wire, as types: checked on the way in, and written down in docs/openapi.json."""
