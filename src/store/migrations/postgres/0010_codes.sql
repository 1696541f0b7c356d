-- Codes for further checks go the way that links go: `kind` tells which of both a message brings. What was there before, and what a
-- program of the release before writes, is a link.
alter table letters add column kind text not null default 'link' check (kind in ('link', 'code'));
