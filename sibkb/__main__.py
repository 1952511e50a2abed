"""`python -m sibkb`."""

from sibkb.cli import main

if __name__ == "__main__":
    main()
