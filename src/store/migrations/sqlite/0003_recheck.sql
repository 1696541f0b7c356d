-- Full checks that a face may be held against the next time: one for an account at most. `account` is a keyed digest of
-- directory and account id; `sealed` is what the next case needs, under the key of the case it came of.
create table earlier_proofs (
    account blob primary key not null,
    case_id text not null references cases (id),
    until_at integer not null,
    sealed blob not null
) strict;
create index earlier_proofs_by_case on earlier_proofs (case_id);
create index earlier_proofs_by_end on earlier_proofs (until_at);
