-- The provider's signing keys. A key is published from `made_at`, signs from `from_at` until its successor does, and is
-- withdrawn at `gone_at`. `public` is its public half as JSON (JWK), `sealed` its private half; empty once withdrawn.
-- `follows` is the key it succeeds, '' for the first: however many nodes rotate at once, one successor is made.
create table signing_keys (
    kid text collate "C" primary key not null,
    alg text collate "C" not null,
    follows text collate "C" not null,
    made_at bigint not null,
    from_at bigint not null,
    gone_at bigint,
    public text not null,
    sealed bytea not null
);
create unique index signing_keys_by_turn on signing_keys (alg, follows);

-- What was handed out to a client and is asked back: codes, tokens, requests. Known by digest only; `sealed` is what
-- it stands for. All that grew from one authorization is one family, which ends together.
create table grants (
    kind text collate "C" not null,
    digest bytea not null,
    family text collate "C" not null,
    case_id text collate "C" references cases (id),
    until_at bigint not null,
    used_at bigint,
    sealed bytea not null,
    primary key (kind, digest)
);
create index grants_by_family on grants (family);
create index grants_by_case on grants (case_id);
create index grants_by_end on grants (until_at);
