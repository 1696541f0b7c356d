-- Whose case it is: keyed digests of what was typed and of the account. Gone when the case is erased.
create table people (
    who blob not null,
    case_id text not null references cases (id),
    opened_at integer not null,
    primary key (who, case_id)
) strict;
create index people_by_case on people (case_id);
create index people_newest on people (who, opened_at, case_id);

-- What is remembered of somebody beyond their cases, as keyed digests: `frozen` (called fraud), `recovered` (lately).
create table marks (
    kind text not null,
    digest blob not null,
    until_at integer not null,
    primary key (kind, digest)
) strict;
create index marks_by_end on marks (until_at);

-- One row while the shield is up.
create table shield (
    id integer primary key not null check (id = 1),
    raised_at integer not null,
    raised_by text not null,
    reason text not null
) strict;
