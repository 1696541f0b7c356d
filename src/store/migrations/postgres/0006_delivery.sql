-- What is to be told to systems of the company's own, written with the change that it tells of. `id` is the message's own and
-- the same whenever it is sent again. Waiting: wanted at `due_at`, or leased by whoever sends it. Ended: delivered or given up.
create table deliveries (
    id text collate "C" primary key not null,
    webhook text collate "C" not null,
    kind text collate "C" not null,
    case_id text collate "C" references cases (id),
    purpose text collate "C",
    made_at bigint not null,
    -- When its attempts began: once more with each replay.
    round_at bigint not null,
    state text collate "C" not null,
    -- Attempts in this round, and in all.
    tries bigint not null,
    sent bigint not null,
    due_at bigint,
    lease text collate "C",
    lease_until bigint,
    ended_at bigint,
    body text not null,
    check ((ended_at is null) = (due_at is not null)),
    check ((lease is null) = (lease_until is null))
);
create index deliveries_by_turn on deliveries (webhook, coalesce(lease_until, due_at), id) where ended_at is null;
create index deliveries_by_round on deliveries (round_at) where ended_at is null;
create index deliveries_by_age on deliveries (made_at, id);
create index deliveries_by_case on deliveries (case_id, made_at, id);
create index deliveries_by_end on deliveries (ended_at);

-- What came of each attempt; one whose node died leaves a gap. `answer` is how the answer began.
create table attempts (
    delivery_id text collate "C" not null references deliveries (id) on delete cascade,
    number bigint not null,
    at bigint not null,
    took_ms bigint not null,
    status bigint,
    fault text,
    answer text,
    primary key (delivery_id, number)
);

-- How the receivers are. `fingerprint` tells whether the settings changed since one said that it is gone for good.
create table webhooks (
    name text collate "C" primary key not null,
    fingerprint bytea not null,
    gone_at bigint,
    failures bigint not null,
    rest_until bigint
);
