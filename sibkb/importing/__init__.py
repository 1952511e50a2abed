"""Files of other formats -> a draft in the corpus format."""
