"""Set-ups that cannot work, on either side: the plan or the offer finds each before a snapshot is made."""
