-- What is to be told to systems of the company's own, written with the change that it tells of. `id` is the message's own and
-- the same whenever it is sent again. Waiting: wanted at `due_at`, or leased by whoever sends it. Ended: delivered or given up.
create table deliveries (
    id text primary key not null,
    webhook text not null,
    kind text not null,
    case_id text references cases (id),
    purpose text,
    made_at integer not null,
    -- When its attempts began: once more with each replay.
    round_at integer not null,
    state text not null,
    -- Attempts in this round, and in all.
    tries integer not null,
    sent integer not null,
    due_at integer,
    lease text,
    lease_until integer,
    ended_at integer,
    body text not null,
    check ((ended_at is null) = (due_at is not null)),
    check ((lease is null) = (lease_until is null))
) strict;
create index deliveries_by_turn on deliveries (webhook, coalesce(lease_until, due_at), id) where ended_at is null;
create index deliveries_by_round on deliveries (round_at) where ended_at is null;
create index deliveries_by_age on deliveries (made_at, id);
create index deliveries_by_case on deliveries (case_id, made_at, id);
create index deliveries_by_end on deliveries (ended_at);

-- What came of each attempt; one whose node died leaves a gap. `answer` is how the answer began.
create table attempts (
    delivery_id text not null references deliveries (id) on delete cascade,
    number integer not null,
    at integer not null,
    took_ms integer not null,
    status integer,
    fault text,
    answer text,
    primary key (delivery_id, number)
) strict;

-- How the receivers are. `fingerprint` tells whether the settings changed since one said that it is gone for good.
create table webhooks (
    name text primary key not null,
    fingerprint blob not null,
    gone_at integer,
    failures integer not null,
    rest_until integer
) strict;
