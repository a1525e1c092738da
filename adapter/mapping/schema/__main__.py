"""Write docs/hook.schema.json: `make schema`."""

from __future__ import annotations

import json
import sys

from adapter.mapping.schema.json_schema import hook_json_schema

sys.stdout.write(json.dumps(hook_json_schema(), indent=2, ensure_ascii=False) + "\n")
