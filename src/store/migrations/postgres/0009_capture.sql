-- Sessions of the built-in verifier. `reference` is a digest of what names the proof; `key_sealed` is the session's own key under
-- the master key's, and `state`, pictures and frames are sealed under it: deleting the row makes all of it unreadable. It goes when
-- it was decided, when the case is forgotten, and at `drop_at` whatever else happens.
create table captures (
    id text collate "C" primary key not null,
    reference bytea not null,
    verifier text collate "C" not null,
    version bigint not null,
    until_at bigint not null,
    drop_at bigint not null,
    decided bigint not null check (decided in (0, 1)),
    key_sealed bytea not null,
    state bytea not null
);
create unique index captures_by_reference on captures (reference);
create index captures_by_end on captures (drop_at, id);

create table capture_pictures (
    capture_id text collate "C" not null references captures (id) on delete cascade,
    name text collate "C" not null,
    taken_at bigint not null,
    sealed bytea not null,
    primary key (capture_id, name)
);

-- Frames of challenges: `seen` is what was measured, `picture` the frame.
create table capture_frames (
    capture_id text collate "C" not null references captures (id) on delete cascade,
    round bigint not null,
    seq bigint not null,
    step bigint not null,
    at bigint not null,
    seen bytea not null,
    picture bytea not null,
    primary key (capture_id, round, seq)
);

-- Ways to a session besides the case's own browser: codes for phones, and the cookies of phones that used one.
create table capture_ways (
    kind text collate "C" not null,
    digest bytea not null,
    capture_id text collate "C" not null references captures (id) on delete cascade,
    until_at bigint not null,
    primary key (kind, digest)
);
create index capture_ways_by_capture on capture_ways (capture_id);
create index capture_ways_by_end on capture_ways (until_at);

-- What is remembered of a session to know its pictures and its document again: keyed digests, and whose they were, sealed.
-- No picture, and nothing that leads back to one.
create table capture_origins (
    id bytea primary key not null,
    until_at bigint not null,
    sealed bytea not null
);
create index capture_origins_by_end on capture_origins (until_at);
create table capture_seen (
    kind text collate "C" not null,
    digest bytea not null,
    origin bytea not null references capture_origins (id) on delete cascade,
    primary key (kind, digest, origin)
);
create index capture_seen_by_origin on capture_seen (origin);

-- What reviewers said of what the software said, so that a site can see its own rates. Leads to nobody.
create table capture_scores (
    month text collate "C" not null,
    similarity bigint,
    likeness text collate "C",
    findings text collate "C" not null,
    document bigint,
    face bigint,
    accepted bigint not null
);
create index capture_scores_by_month on capture_scores (month);
