//! Every statement, once, in the part of SQL that SQLite and PostgreSQL share; two texts only where they differ.
//!
//! Public so that a test can prepare each of them on both databases, which stands for checking them at compile time.

/// A named statement and its text in either dialect.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    /// Its name in this file.
    pub name: &'static str,
    /// For SQLite.
    pub lite: &'static str,
    /// For PostgreSQL.
    pub pg: &'static str,
}

macro_rules! dialect {
    ($lite:expr) => {
        $lite
    };
    ($lite:expr, $pg:expr) => {
        $pg
    };
}

macro_rules! statements {
    ($($name:ident = $lite:expr $(, pg: $pg:expr)?;)*) => {
        $(pub(super) const $name: Sql = Sql {
            name: stringify!($name),
            lite: $lite,
            pg: dialect!($lite $(, $pg)?),
        };)*
        /// All of them.
        pub const ALL: &[Sql] = &[$($name),*];
    };
}

/// Cases with their sealed keys, as `rows` reads them.
macro_rules! cases {
    ($($rest:literal),*) => {
        concat!(
            "select c.id, c.version, c.body, c.private, k.sealed from cases c ",
            "left join case_keys k on k.case_id = c.id ",
            $($rest),*
        )
    };
}

/// A page of cases, newest first, from a place on: a page costs the same however far back it is.
macro_rules! page {
    ($and:literal) => {
        cases!(
            "where (c.opened_at, c.id) < ($1, $2) ",
            $and,
            " order by c.opened_at desc, c.id desc limit $3"
        )
    };
}

/// A page of cases that answer to everything asked of them; who opened one and its number stand in its text.
macro_rules! narrowed {
    ($opener:literal, $number:literal) => {
        cases!(
            "where (c.opened_at, c.id) < ($1, $2) and (cast($4 as text) is null or c.stage = $4) ",
            "and (cast($5 as text) is null or c.purpose = $5) and (cast($6 as text) is null or c.source = $6) ",
            "and c.opened_at >= $7 and c.opened_at < $8 ",
            "and (cast($9 as text) is null or lower(",
            $opener,
            ") = lower($9)) and (cast($10 as text) is null or substr(",
            $number,
            ", 1, length($10)) = $10) order by c.opened_at desc, c.id desc limit $3"
        )
    };
}

/// The oldest work that is due; on PostgreSQL past what another worker is taking at this moment.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "update jobs set lease = $1, lease_until = $2, due_at = null, tries = tries + 1 ",
            "where case_id = (select case_id from jobs where coalesce(lease_until, due_at) <= $3 ",
            "order by coalesce(lease_until, due_at), case_id limit 1",
            $lock,
            ") returning case_id, tries"
        )
    };
}

/// The delivery to one receiver that is due longest; on PostgreSQL past what another worker is taking at this moment.
macro_rules! claim_delivery {
    ($lock:literal) => {
        concat!(
            "update deliveries set lease = $1, lease_until = $2, tries = tries + 1, sent = sent + 1 ",
            "where id = (select id from deliveries where webhook = $4 and ended_at is null ",
            "and coalesce(lease_until, due_at) <= $3 order by coalesce(lease_until, due_at), id limit 1",
            $lock,
            ") returning id, tries, sent, kind, body"
        )
    };
}

/// The letter for one carrier that is due longest; on PostgreSQL past what another worker is taking at this moment.
macro_rules! claim_letter {
    ($lock:literal) => {
        concat!(
            "update letters set lease = $1, lease_until = $2, tries = tries + 1 ",
            "where id = (select id from letters where carrier = $4 ",
            "and coalesce(lease_until, due_at) <= $3 order by coalesce(lease_until, due_at), id limit 1",
            $lock,
            ") returning id, case_id, kind, way, tries, until_at, sealed"
        )
    };
}

/// What is listed of deliveries.
macro_rules! deliveries {
    ($($rest:literal),*) => {
        concat!(
            "select d.id, d.webhook, d.kind, d.case_id, d.purpose, d.made_at, d.state, d.tries, d.sent, d.due_at, d.ended_at ",
            $($rest),*
        )
    };
}

/// A page of deliveries, newest first, from a place on.
macro_rules! delivery_page {
    ($and:literal) => {
        deliveries!(
            "from deliveries d where (d.made_at, d.id) < ($1, $2) and (cast($4 as text) is null or d.webhook = $4) ",
            "and (cast($5 as text) is null or d.kind = $5) and (cast($6 as text) is null or d.state = $6)",
            $and,
            " order by d.made_at desc, d.id desc limit $3"
        )
    };
}

/// A session of the built-in verifier, as `capture` reads it.
macro_rules! captures {
    ($rest:literal) => {
        concat!(
            "select id, version, until_at, drop_at, decided, key_sealed, state from captures ",
            $rest
        )
    };
}

/// Deletes a bounded number of rows whose time is over, so that nobody waits long for the table.
macro_rules! sweep {
    ($table:literal, $kind:literal) => {
        concat!(
            "delete from ",
            $table,
            " where (",
            $kind,
            ", digest) in (select ",
            $kind,
            ", digest from ",
            $table,
            " where until_at <= $1 limit $2)"
        )
    };
}

statements! {
    PING = "select 1 as one";
    HAS_SCHEMA = "select count(*) as found from sqlite_master where type = 'table' and name = '_sqlx_migrations'",
        pg: "select count(*) as found from information_schema.tables \
             where table_schema = current_schema() and table_name = '_sqlx_migrations'";
    SCHEMA = "select max(version) as version from _sqlx_migrations";
    ADD_CANARY = "insert into canary (id, sealed) values (1, $1) on conflict (id) do nothing";
    CANARY = "select sealed from canary where id = 1";

    ADD_CASE = "insert into cases \
        (id, version, stage, purpose, source, opened_at, changed_at, expires_at, body, private) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing";
    ADD_KEY = "insert into case_keys (case_id, sealed) values ($1, $2)";
    DROP_KEY = "delete from case_keys where case_id = $1";
    CASE = cases!("where c.id = $1");
    CASE_BY = cases!("join handles h on h.case_id = c.id where h.kind = $1 and h.digest = $2 and h.until_at > $3");
    CASE_EXISTS = "select 1 as one from cases where id = $1";
    // Sealed data that did not change stays as it is.
    ADVANCE = "update cases set version = $3, stage = $4, purpose = $5, source = $6, opened_at = $7, changed_at = $8, \
        expires_at = $9, body = $10, private = coalesce($11, private) where id = $1 and version = $2";
    ERASE = "update cases set version = $3, stage = $4, purpose = $5, source = $6, opened_at = $7, changed_at = $8, \
        expires_at = $9, body = $10, private = null where id = $1 and version = $2";
    CASES = page!("");
    CASES_IN_STAGE = page!("and c.stage = $4");
    CASES_FOR_PURPOSE = page!("and c.purpose = $4");
    CASES_IN_STAGE_FOR_PURPOSE = page!("and c.stage = $4 and c.purpose = $5");

    CASES_NARROWED = narrowed!(
        "coalesce(json_extract(c.body, '$.opener.name'), json_extract(c.body, '$.opener.by'))",
        "json_extract(c.body, '$.number')"
    ), pg: narrowed!(
        "coalesce(cast(c.body as jsonb) #>> '{opener,name}', cast(c.body as jsonb) #>> '{opener,by}')",
        "(cast(c.body as jsonb) ->> 'number')"
    );

    // A handle may be made to last longer, and never to lead to another case.
    ADD_HANDLE = "insert into handles (kind, digest, case_id, until_at) values ($1, $2, $3, $4) \
        on conflict (kind, digest) do update set until_at = excluded.until_at \
        where handles.case_id = excluded.case_id";
    DROP_HANDLES = "delete from handles where case_id = $1 and kind = $2";

    // Sooner wins; while the job is leased only what came since the lease counts, because `due_at` is null then.
    WAKE = "insert into jobs (case_id, due_at, tries) select id, cast($2 as bigint), 0 from cases where id = $1 \
        on conflict (case_id) do update set \
        due_at = case when jobs.due_at < excluded.due_at then jobs.due_at else excluded.due_at end";
    // Takes back what was set for later; never what is due already or being worked on.
    CLEAR = "delete from jobs where case_id = $1 and lease is null and due_at > $2";
    CLAIM = claim!(""), pg: claim!(" for update skip locked");
    RENEW = "update jobs set lease_until = $3 where case_id = $1 and lease = $2";
    FINISH = "delete from jobs where case_id = $1 and lease = $2 and due_at is null";
    LET_GO = "update jobs set lease = null, lease_until = null, tries = 0 \
        where case_id = $1 and lease = $2 and due_at is not null";
    LET_GO_UNTIL = "update jobs set lease = null, lease_until = null, tries = 0, \
        due_at = case when due_at < $3 then due_at else $3 end where case_id = $1 and lease = $2";
    NEXT_DUE = "select min(coalesce(lease_until, due_at)) as due_at from jobs";

    USE_ONCE = "insert into once (kind, digest, until_at) values ($1, $2, $3) on conflict (kind, digest) do nothing";
    // Writes nothing once the limit is reached, so that a flood does not turn into writes.
    COUNT = "insert into limits (what, digest, used, until_at) values ($1, $2, 1, $3) \
        on conflict (what, digest) do update set \
        used = case when limits.until_at <= $4 then 1 else limits.used + 1 end, \
        until_at = case when limits.until_at <= $4 then excluded.until_at else limits.until_at end \
        where limits.until_at <= $4 or limits.used < $5";
    USED = "select used from limits where what = $1 and digest = $2 and until_at > $3";
    SWEEP_ONCE = sweep!("once", "kind");
    SWEEP_LIMITS = sweep!("limits", "what");
    SWEEP_HANDLES = sweep!("handles", "kind");

    EARLIER = "select e.case_id, e.sealed, k.sealed as key_sealed from earlier_proofs e \
        join case_keys k on k.case_id = e.case_id where e.account = $1 and e.until_at > $2";
    IS_REMEMBERED = "select 1 as one from earlier_proofs where case_id = $1 and until_at > $2";
    ADD_EARLIER = "insert into earlier_proofs (account, case_id, until_at, sealed) values ($1, $2, $3, $4) \
        on conflict (account) do nothing";
    // SQLite's writers are alone anyway.
    HOLD_EARLIER = "select case_id from earlier_proofs where account = $1",
        pg: "select case_id from earlier_proofs where account = $1 for update";
    REPLACE_EARLIER = "update earlier_proofs set case_id = $2, until_at = $3, sealed = $4 where account = $1";
    DROP_EARLIER = "delete from earlier_proofs where case_id = $1";
    SWEEP_EARLIER = "delete from earlier_proofs where account in \
        (select account from earlier_proofs where until_at <= $1 limit $2)";

    CASES_OF = cases!(
        "join people p on p.case_id = c.id where p.who = $1 order by p.opened_at desc, p.case_id desc limit $2"
    );
    ADD_PERSON = "insert into people (who, case_id, opened_at) values ($1, $2, $3) on conflict (who, case_id) do nothing";
    DROP_PEOPLE = "delete from people where case_id = $1";
    MARK = "insert into marks (kind, digest, until_at) values ($1, $2, $3) on conflict (kind, digest) do update set \
        until_at = case when marks.until_at < excluded.until_at then excluded.until_at else marks.until_at end";
    IS_MARKED = "select 1 as one from marks where kind = $1 and digest = $2 and until_at > $3";
    UNMARK = "delete from marks where kind = $1 and digest = $2";
    SWEEP_MARKS = sweep!("marks", "kind");
    SHIELD = "select raised_at, raised_by, reason from shield where id = 1";
    RAISE = "insert into shield (id, raised_at, raised_by, reason) values (1, $1, $2, $3) on conflict (id) do nothing";
    LOWER = "delete from shield where id = 1";

    ADD_GRANT = "insert into grants (kind, digest, family, case_id, until_at, sealed) values ($1, $2, $3, $4, $5, $6) \
        on conflict (kind, digest) do nothing";
    GRANT = "select family, case_id, until_at, used_at, sealed from grants \
        where kind = $1 and digest = $2 and until_at > $3";
    USE_GRANT = "update grants set used_at = $3 where kind = $1 and digest = $2 and used_at is null and until_at > $3";
    DROP_FAMILY = "delete from grants where family = $1";
    DROP_GRANT = "delete from grants where kind = $1 and digest = $2";
    GRANTED_UNTIL = "select max(until_at) as until_at from grants where case_id = $1 and until_at > $2";
    DROP_GRANTS_OF = "delete from grants where case_id = $1";
    SWEEP_GRANTS = sweep!("grants", "kind");

    // Free, or its time is over, or whoever took the same call up never answered.
    CLAIM_ANSWER = "insert into api_answers (digest, asked, busy_until, until_at) values ($1, $2, $3, $4) \
        on conflict (digest) do update set asked = excluded.asked, busy_until = excluded.busy_until, \
        until_at = excluded.until_at, sealed = null where api_answers.until_at <= $5 \
        or (api_answers.sealed is null and api_answers.busy_until <= $5 and api_answers.asked = excluded.asked)";
    ANSWER = "select asked, sealed from api_answers where digest = $1";
    KEEP_ANSWER = "update api_answers set sealed = $3 where digest = $1 and asked = $2";
    DROP_ANSWER = "delete from api_answers where digest = $1 and asked = $2 and sealed is null";
    SWEEP_ANSWERS = "delete from api_answers where digest in \
        (select digest from api_answers where until_at <= $1 limit $2)";

    ADD_STAFF = "insert into staff_sessions (digest, provider, subject, sid, ends_at, until_at, sealed) \
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (digest) do nothing";
    STAFF = "select provider, subject, ends_at, until_at, sealed from staff_sessions where digest = $1 and until_at > $2";
    // What ended meanwhile stays ended.
    USE_STAFF = "update staff_sessions set until_at = $3 where digest = $1 and until_at > $2 and ends_at >= $3";
    END_STAFF = "delete from staff_sessions where digest = $1 and until_at > $2";
    END_STAFF_SUBJECT = "delete from staff_sessions where provider = $1 and subject = $2";
    END_STAFF_SID = "delete from staff_sessions where provider = $1 and sid = $2";
    END_STAFF_BOTH = "delete from staff_sessions where provider = $1 and subject = $2 and sid = $3";
    SWEEP_STAFF = "delete from staff_sessions where digest in \
        (select digest from staff_sessions where until_at <= $1 limit $2)";
    SIGNING_KEYS = "select kid, alg, follows, made_at, from_at, gone_at, public, sealed from signing_keys \
        order by alg, follows";
    // Taken is the name, or the place behind the key it follows.
    ADD_SIGNING_KEY = "insert into signing_keys (kid, alg, follows, made_at, from_at, public, sealed) \
        values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
    WITHDRAW_SIGNING_KEY = "update signing_keys set gone_at = $2, sealed = $3 where kid = $1 and gone_at is null";

    ADD_DELIVERY = "insert into deliveries \
        (id, webhook, kind, case_id, purpose, made_at, round_at, state, tries, sent, due_at, body) \
        values ($1, $2, $3, $4, $5, $6, $6, $7, 0, 0, $6, $8)";
    CLAIM_DELIVERY = claim_delivery!(""), pg: claim_delivery!(" for update skip locked");
    NEXT_DELIVERY = "select min(coalesce(lease_until, due_at)) as due_at from deliveries \
        where webhook = $1 and ended_at is null";
    SETTLE_DELIVERY = "update deliveries set state = $3, due_at = $4, ended_at = $5, lease = null, lease_until = null \
        where id = $1 and lease = $2";
    REPLAY_DELIVERY = "update deliveries set state = $3, tries = 0, round_at = $2, due_at = $2, ended_at = null \
        where id = $1 and lease is null";
    // Nobody sends what waited too long, whatever became of its receiver.
    GIVE_UP_DELIVERIES = "update deliveries set state = $4, due_at = null, ended_at = $3, lease = null, lease_until = null \
        where id in (select id from deliveries where ended_at is null and round_at <= $1 \
        and coalesce(lease_until, 0) <= $3 limit $2)";
    SWEEP_DELIVERIES = "delete from deliveries where id in (select id from deliveries where ended_at <= $1 limit $2)";
    DELIVERIES = delivery_page!("");
    DELIVERIES_OF = delivery_page!(" and d.case_id = $7");
    DELIVERY = deliveries!(
        ", d.body, w.gone_at, w.rest_until from deliveries d left join webhooks w on w.name = d.webhook where d.id = $1"
    );
    ADD_ATTEMPT = "insert into attempts (delivery_id, number, at, took_ms, status, fault, answer) \
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (delivery_id, number) do nothing";
    ATTEMPTS = "select number, at, took_ms, status, fault, answer from attempts where delivery_id = $1 order by number";
    KNOW_WEBHOOK = "insert into webhooks (name, fingerprint, failures) values ($1, $2, 0) \
        on conflict (name) do update set fingerprint = excluded.fingerprint, gone_at = null, failures = 0, \
        rest_until = null where webhooks.fingerprint <> excluded.fingerprint";
    WEBHOOK = "select gone_at, failures, rest_until from webhooks where name = $1";
    WEBHOOK_ANSWERED = "update webhooks set failures = 0, rest_until = null \
        where name = $1 and (failures > 0 or rest_until is not null)";
    WEBHOOK_FAILED = "update webhooks set failures = failures + 1 where name = $1";
    // Who is to rest longer already, does.
    REST_WEBHOOK = "update webhooks set rest_until = $2 where name = $1 and coalesce(rest_until, 0) < $2";
    WEBHOOK_GONE = "update webhooks set gone_at = $2 where name = $1 and gone_at is null";

    ADD_LETTER = "insert into letters (id, case_id, carrier, kind, way, until_at, tries, due_at, sealed) \
        values ($1, $2, $3, $4, $5, $6, 0, $7, $8)";
    CLAIM_LETTER = claim_letter!(""), pg: claim_letter!(" for update skip locked");
    NEXT_LETTER = "select min(coalesce(lease_until, due_at)) as due_at from letters where carrier = $1";
    CASE_KEY = "select sealed from case_keys where case_id = $1";
    PUT_BACK_LETTER = "update letters set due_at = $3, lease = null, lease_until = null where id = $1 and lease = $2";
    END_LETTER = "delete from letters where id = $1 and lease = $2";
    DROP_LETTERS_OF = "delete from letters where case_id = $1";
    // Of carriers that the settings no longer name.
    LATE_LETTER = "delete from letters where id = (select id from letters where until_at <= $1 \
        and coalesce(lease_until, 0) <= $1 order by until_at, id limit 1) returning id, case_id, carrier, kind, way";

    ADD_CAPTURE = "insert into captures (id, reference, verifier, version, until_at, drop_at, decided, key_sealed, state) \
        values ($1, $2, $3, 0, $4, $5, 0, $6, $7) on conflict (reference) do nothing";
    CAPTURE = captures!("where id = $1");
    CAPTURE_BY_REFERENCE = captures!("where reference = $1");
    CAPTURE_BY_WAY = captures!(
        "where id = (select capture_id from capture_ways where kind = $1 and digest = $2 and until_at > $3)"
    );
    ADVANCE_CAPTURE = "update captures set version = version + 1, state = $3 where id = $1 and version = $2";
    DECIDE_CAPTURE = "update captures set version = version + 1, decided = 1, drop_at = $2 where id = $1 and decided = 0";
    DROP_CAPTURE = "delete from captures where reference = $1";
    SWEEP_CAPTURES = "delete from captures where id in (select id from captures where drop_at <= $1 limit $2)";
    KEEP_CAPTURE_PICTURE = "insert into capture_pictures (capture_id, name, taken_at, sealed) values ($1, $2, $3, $4) \
        on conflict (capture_id, name) do update set taken_at = excluded.taken_at, sealed = excluded.sealed";
    DROP_CAPTURE_PICTURES = "delete from capture_pictures where capture_id = $1";
    CAPTURE_PICTURE = "select taken_at, sealed from capture_pictures where capture_id = $1 and name = $2";
    CAPTURE_PICTURES = "select name, taken_at from capture_pictures where capture_id = $1 order by name";
    NEXT_CAPTURE_FRAME = "select coalesce(max(seq) + 1, 0) as seq from capture_frames where capture_id = $1 and round = $2";
    ADD_CAPTURE_FRAME = "insert into capture_frames (capture_id, round, seq, step, at, seen, picture) \
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (capture_id, round, seq) do nothing";
    CAPTURE_FRAMES = "select seq, step, at, seen from capture_frames where capture_id = $1 and round = $2 order by seq";
    CAPTURE_FRAME = "select at, picture from capture_frames where capture_id = $1 and round = $2 and seq = $3";
    ADD_CAPTURE_WAY = "insert into capture_ways (kind, digest, capture_id, until_at) values ($1, $2, $3, $4)";
    USE_CAPTURE_WAY = "delete from capture_ways where kind = $1 and digest = $2 and until_at > $3";
    DROP_CAPTURE_WAYS = "delete from capture_ways where capture_id = $1 and kind = $2";
    SWEEP_CAPTURE_WAYS = sweep!("capture_ways", "kind");
    KEEP_ORIGIN = "insert into capture_origins (id, until_at, sealed) values ($1, $2, $3) \
        on conflict (id) do update set sealed = excluded.sealed";
    ORIGIN = "select id, sealed from capture_origins where id = $1";
    ADD_SEEN = "insert into capture_seen (kind, digest, origin) values ($1, $2, $3) on conflict do nothing";
    SEEN = "select o.id, o.sealed from capture_seen s join capture_origins o on o.id = s.origin \
        where s.kind = $1 and s.digest = $2 and s.origin <> $3 and o.until_at > $4 limit 16";
    SEEN_NEAR = "select o.id, o.sealed from capture_seen s join capture_origins o on o.id = s.origin \
        where s.kind = $1 and s.digest in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
        $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27) \
        and s.origin <> $28 and o.until_at > $29";
    SWEEP_ORIGINS = "delete from capture_origins where id in \
        (select id from capture_origins where until_at <= $1 limit $2)";
    ADD_SCORE = "insert into capture_scores (month, similarity, likeness, findings, document, face, accepted) \
        values ($1, $2, $3, $4, $5, $6, $7)";

    HEAD = "select seq, hash from head where id = 1";
    // SQLite's writers are alone anyway.
    HOLD_HEAD = "select seq, hash from head where id = 1", pg: "select seq, hash from head where id = 1 for update";
    MOVE_HEAD = "update head set seq = $1, hash = $2 where id = 1";
    ADD_EVENT = "insert into events (seq, case_id, at, kind, text, hash) values ($1, $2, $3, $4, $5, $6)";
    LINKS = "select seq, text, hash from events where seq > $1 order by seq limit $2";
    EVENTS_OF = "select text from events where case_id = $1 order by seq";
    EVENTS = "select seq, text, hash from events where seq < $1 and (cast($3 as text) is null or kind = $3) \
        and (cast($4 as text) is null or case_id = $4) and (cast($5 as bigint) is null or at >= $5) \
        and (cast($6 as bigint) is null or at < $6) order by seq desc limit $2";
    OPEN_CASES = "select count(*) as found from cases where stage <> 'closed'";
}
