"""Every kind of source, in every encryption, from every start: carried, or refused before anything is made."""
