-- Links that are to be sent to a person, written with the case that got the link. `id` is the message's own and the same
-- whenever it is sent again; `way` names carrier and contact without telling the address. Wanted at `due_at`, or leased by
-- whoever sends it; nobody sends it from `until_at` on. `sealed` is address and text under the case's key. Gone once it
-- ended: what came of it stands in the record.
create table letters (
    id text collate "C" primary key not null,
    case_id text collate "C" not null references cases (id),
    carrier text collate "C" not null,
    way text collate "C" not null,
    until_at bigint not null,
    tries bigint not null,
    due_at bigint not null,
    lease text collate "C",
    lease_until bigint,
    sealed bytea not null,
    check ((lease is null) = (lease_until is null))
);
create index letters_by_turn on letters (carrier, coalesce(lease_until, due_at), id);
create index letters_by_case on letters (case_id);
create index letters_by_end on letters (until_at, id);
