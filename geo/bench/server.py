"""``python -m geo.bench.server DATA OUT PORT``: the server over one published region."""

import sys
from dataclasses import replace
from pathlib import Path

from geo.settings import read_settings
from geo.web.serve import serve

if __name__ == "__main__":
    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    port = int(sys.argv[3])
    serve(replace(read_settings(), data=data, out=out, host="127.0.0.1", port=port))
