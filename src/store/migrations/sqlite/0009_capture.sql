-- Sessions of the built-in verifier. `reference` is a digest of what names the proof; `key_sealed` is the session's own key under
-- the master key's, and `state`, pictures and frames are sealed under it: deleting the row makes all of it unreadable. It goes when
-- it was decided, when the case is forgotten, and at `drop_at` whatever else happens.
create table captures (
    id text primary key not null,
    reference blob not null,
    verifier text not null,
    version integer not null,
    until_at integer not null,
    drop_at integer not null,
    decided integer not null check (decided in (0, 1)),
    key_sealed blob not null,
    state blob not null
) strict;
create unique index captures_by_reference on captures (reference);
create index captures_by_end on captures (drop_at, id);

create table capture_pictures (
    capture_id text not null references captures (id) on delete cascade,
    name text not null,
    taken_at integer not null,
    sealed blob not null,
    primary key (capture_id, name)
) strict;

-- Frames of challenges: `seen` is what was measured, `picture` the frame.
create table capture_frames (
    capture_id text not null references captures (id) on delete cascade,
    round integer not null,
    seq integer not null,
    step integer not null,
    at integer not null,
    seen blob not null,
    picture blob not null,
    primary key (capture_id, round, seq)
) strict;

-- Ways to a session besides the case's own browser: codes for phones, and the cookies of phones that used one.
create table capture_ways (
    kind text not null,
    digest blob not null,
    capture_id text not null references captures (id) on delete cascade,
    until_at integer not null,
    primary key (kind, digest)
) strict;
create index capture_ways_by_capture on capture_ways (capture_id);
create index capture_ways_by_end on capture_ways (until_at);

-- What is remembered of a session to know its pictures and its document again: keyed digests, and whose they were, sealed.
-- No picture, and nothing that leads back to one.
create table capture_origins (
    id blob primary key not null,
    until_at integer not null,
    sealed blob not null
) strict;
create index capture_origins_by_end on capture_origins (until_at);
create table capture_seen (
    kind text not null,
    digest blob not null,
    origin blob not null references capture_origins (id) on delete cascade,
    primary key (kind, digest, origin)
) strict;
create index capture_seen_by_origin on capture_seen (origin);

-- What reviewers said of what the software said, so that a site can see its own rates. Leads to nobody.
create table capture_scores (
    month text not null,
    similarity integer,
    likeness text,
    findings text not null,
    document integer,
    face integer,
    accepted integer not null
) strict;
create index capture_scores_by_month on capture_scores (month);
