-- Calls of the API that name themselves, and what was answered: given again to whoever sends one again. `digest` is of the caller
-- and their key, `asked` of the call. Unanswered: taken up until `busy_until`.
create table api_answers (
    digest blob primary key not null,
    asked blob not null,
    busy_until integer not null,
    until_at integer not null,
    sealed blob
) strict;
create index api_answers_by_end on api_answers (until_at);

-- Cases are listed by source too.
create index cases_by_source on cases (source, opened_at, id);
