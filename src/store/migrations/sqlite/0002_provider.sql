-- The provider's signing keys. A key is published from `made_at`, signs from `from_at` until its successor does, and is
-- withdrawn at `gone_at`. `public` is its public half as JSON (JWK), `sealed` its private half; empty once withdrawn.
-- `follows` is the key it succeeds, '' for the first: however many nodes rotate at once, one successor is made.
create table signing_keys (
    kid text primary key not null,
    alg text not null,
    follows text not null,
    made_at integer not null,
    from_at integer not null,
    gone_at integer,
    public text not null,
    sealed blob not null
) strict;
create unique index signing_keys_by_turn on signing_keys (alg, follows);

-- What was handed out to a client and is asked back: codes, tokens, requests. Known by digest only; `sealed` is what
-- it stands for. All that grew from one authorization is one family, which ends together.
create table grants (
    kind text not null,
    digest blob not null,
    family text not null,
    case_id text references cases (id),
    until_at integer not null,
    used_at integer,
    sealed blob not null,
    primary key (kind, digest)
) strict;
create index grants_by_family on grants (family);
create index grants_by_case on grants (case_id);
create index grants_by_end on grants (until_at);
