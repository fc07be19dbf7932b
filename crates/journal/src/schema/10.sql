-- By what an article is found again that comes under another address, or whose entry has got another link.

-- 64 bits of an address's digest, or of a feed's and an entry's ids, and the article that was published last of those that have it: its
-- id's bits, as in revisions. What two articles have by chance is told apart by what they tell.
CREATE TABLE identities (
    key     INTEGER PRIMARY KEY,
    article BLOB    NOT NULL
) STRICT;
