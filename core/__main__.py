"""``python -m core``: the command line."""

import sys

# Workers of the trainer import this module again under another name.
if __name__ == "__main__":
    try:
        from core.cli import main

        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        # Ctrl-C before the command line could take care of it.
        code = 130
    sys.exit(code)
