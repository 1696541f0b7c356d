-- Operators who are signed in, each browser by itself. `digest` is of the cookie's token; `subject` and `sid` are keyed digests of
-- who it is and of which of the provider's own sessions it came. `until_at` moves on with use and never beyond `ends_at`.
create table staff_sessions (
    digest bytea primary key not null,
    provider text collate "C" not null,
    subject bytea not null,
    sid bytea,
    ends_at bigint not null,
    until_at bigint not null,
    sealed bytea not null
);
create index staff_sessions_by_subject on staff_sessions (provider, subject);
create index staff_sessions_by_end on staff_sessions (until_at);
