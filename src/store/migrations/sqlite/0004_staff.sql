-- Operators who are signed in, each browser by itself. `digest` is of the cookie's token; `subject` and `sid` are keyed digests of
-- who it is and of which of the provider's own sessions it came. `until_at` moves on with use and never beyond `ends_at`.
create table staff_sessions (
    digest blob primary key not null,
    provider text not null,
    subject blob not null,
    sid blob,
    ends_at integer not null,
    until_at integer not null,
    sealed blob not null
) strict;
create index staff_sessions_by_subject on staff_sessions (provider, subject);
create index staff_sessions_by_end on staff_sessions (until_at);
