-- Calls of the API that name themselves, and what was answered: given again to whoever sends one again. `digest` is of the caller
-- and their key, `asked` of the call. Unanswered: taken up until `busy_until`.
create table api_answers (
    digest bytea primary key not null,
    asked bytea not null,
    busy_until bigint not null,
    until_at bigint not null,
    sealed bytea
);
create index api_answers_by_end on api_answers (until_at);

-- Cases are listed by source too.
create index cases_by_source on cases (source, opened_at, id);
