-- Times are microseconds since 1970 (UTC). Ids, words and JSON are text. Digests and sealed values are bytes.
-- The SQLite file of the same name makes the same tables with the same columns; a test compares them.
-- Texts that are compared or sorted are collated as bytes ("C"): an update of the system's locales cannot upset an index.

-- Opens under the right master key only, so that a wrong one shows at start and not in the middle of a case.
create table canary (
    id bigint primary key not null check (id = 1),
    sealed bytea not null
);

-- `body` is the case without what identifies a person; `private` is that, sealed under the case's own key.
create table cases (
    id text collate "C" primary key not null,
    version bigint not null,
    stage text collate "C" not null,
    purpose text collate "C" not null,
    source text collate "C" not null,
    opened_at bigint not null,
    changed_at bigint not null,
    expires_at bigint not null,
    body text not null,
    private bytea
);
create index cases_by_age on cases (opened_at, id);
create index cases_by_stage on cases (stage, opened_at, id);
create index cases_by_purpose on cases (purpose, opened_at, id);

-- One key per case, sealed under a key derived from the master key. No row, no person.
create table case_keys (
    case_id text collate "C" primary key not null references cases (id),
    sealed bytea not null
);

-- What names a case from outside, as digests.
create table handles (
    kind text collate "C" not null,
    digest bytea not null,
    case_id text collate "C" not null references cases (id),
    until_at bigint not null,
    primary key (kind, digest)
);
create index handles_by_case on handles (case_id, kind);
create index handles_by_end on handles (until_at);

-- At most one piece of work per case. Unleased: wanted at `due_at`. Leased: somebody works on it until `lease_until`,
-- and `due_at` is set only if the case was woken since.
create table jobs (
    case_id text collate "C" primary key not null references cases (id),
    due_at bigint,
    lease text collate "C",
    lease_until bigint,
    tries bigint not null,
    check (due_at is not null or lease is not null),
    check ((lease is null) = (lease_until is null))
);
create index jobs_by_turn on jobs (coalesce(lease_until, due_at), case_id);

create table once (
    kind text collate "C" not null,
    digest bytea not null,
    until_at bigint not null,
    primary key (kind, digest)
);
create index once_by_end on once (until_at);

create table limits (
    what text collate "C" not null,
    digest bytea not null,
    used bigint not null,
    until_at bigint not null,
    primary key (what, digest)
);
create index limits_by_end on limits (until_at);

-- The record. `text` is the event's JSON byte for byte as hashed; the columns before it only help to find it.
create table events (
    seq bigint primary key not null,
    case_id text collate "C",
    at bigint not null,
    kind text collate "C" not null,
    text text not null,
    hash text not null
);
create index events_by_case on events (case_id, seq);

-- Where the record ends. One row; whoever writes holds it.
create table head (
    id bigint primary key not null check (id = 1),
    seq bigint not null,
    hash text not null
);
insert into head (id, seq, hash) values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
