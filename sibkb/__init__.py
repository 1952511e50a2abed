"""sibkb: a knowledge base of social impact bond case studies and interviews, kept as files."""

__version__ = "0.1.0"
