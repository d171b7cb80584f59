"""`python -m deploy.layouts` writes the layouts anew; a test holds them equal to the table of verbs."""

import json

from deploy.layouts import FILE, session

FILE.write_text(json.dumps(session(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
print(FILE)
