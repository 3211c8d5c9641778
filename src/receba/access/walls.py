"""The walls that PostgreSQL holds: row-level security, append-only tables, audit triggers. Used by migrations.

`receba.company`, `receba.portfolios`, `receba.actor` and `receba.reason` are session settings (see scope.py).
"""

from __future__ import annotations

from django.db import migrations

COMPANY = "(SELECT nullif(current_setting('receba.company', true), '')::bigint)"
_ALL_PORTFOLIOS = "(SELECT coalesce(current_setting('receba.portfolios', true), '') = '')"
_PORTFOLIOS = (
    "((SELECT string_to_array(nullif(current_setting('receba.portfolios', true), ''), ',')::bigint[])::bigint[])"
)


def by_portfolio(column: str = "portfolio_id") -> str:
    """Return the condition for a table that carries its portfolio."""
    return f"({_ALL_PORTFOLIOS} OR {column} = ANY {_PORTFOLIOS})"


def through(column: str, other: str, other_column: str = "id") -> str:
    """Return the condition for a table that follows another one, itself under row-level security."""
    return f"({_ALL_PORTFOLIOS} OR EXISTS (SELECT 1 FROM {other} o WHERE o.{other_column} = {column}))"


def company_wall(table: str, portfolios: str = "true") -> migrations.RunSQL:
    """Let a session see and write only the rows of its company and, by `portfolios`, of its portfolios."""
    condition = f"company_id = {COMPANY} AND {portfolios}"
    return migrations.RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY company_wall ON {table} USING ({condition}) WITH CHECK (company_id = {COMPANY});
        """,
        f"DROP POLICY company_wall ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


def append_only(table: str) -> migrations.RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE, whoever asks."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION receba_refuse();
        """,
        f"DROP TRIGGER append_only ON {table};",
    )


def audited(table: str, operations: tuple[str, ...] = ("INSERT", "UPDATE", "DELETE")) -> migrations.RunSQL:
    """Write one audit event for each statement that changes `table`, raw SQL and COPY included."""
    transition = {
        "INSERT": "NEW TABLE AS new_rows",
        "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "DELETE": "OLD TABLE AS old_rows",
    }
    made = "".join(
        f"CREATE TRIGGER audited_{op.lower()} AFTER {op} ON {table} REFERENCING {transition[op]} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION receba_audit();\n"
        for op in operations
    )
    return migrations.RunSQL(made, "".join(f"DROP TRIGGER audited_{op.lower()} ON {table};\n" for op in operations))


FUNCTIONS = """
CREATE FUNCTION receba_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION receba_actor() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE actor text := nullif(current_setting('receba.actor', true), '');
BEGIN
    IF actor IS NULL THEN
        RAISE EXCEPTION 'a write without an actor is refused' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN actor;
END $$;

-- Passwords never reach the log; a changed password shows as a changed digest only.
CREATE FUNCTION receba_readable(data jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
    $$ SELECT data - 'password' - 'last_login' $$;

CREATE FUNCTION receba_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    few constant int := 20;
    n bigint; shown jsonb; sum_of_rows numeric;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT count(*), coalesce(sum(hashtextextended(r::text, 0)), 0) INTO n, sum_of_rows FROM new_rows r;
        IF n BETWEEN 1 AND few THEN SELECT jsonb_agg(receba_readable(to_jsonb(r))) INTO shown FROM new_rows r; END IF;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT count(*), coalesce(sum(hashtextextended(r::text, 0)), 0) INTO n, sum_of_rows FROM old_rows r;
        IF n BETWEEN 1 AND few THEN SELECT jsonb_agg(receba_readable(to_jsonb(r))) INTO shown FROM old_rows r; END IF;
    ELSE
        SELECT count(*), coalesce(sum(hashtextextended(r::text, 0)), 0) INTO n, sum_of_rows FROM new_rows r;
        IF n BETWEEN 1 AND few THEN
            SELECT jsonb_build_object('before', (SELECT jsonb_agg(receba_readable(to_jsonb(o))) FROM old_rows o),
                                      'after', (SELECT jsonb_agg(receba_readable(to_jsonb(r))) FROM new_rows r))
              INTO shown;
        END IF;
    END IF;
    IF n > 0 THEN
        INSERT INTO access_auditevent (chain, at, actor, reason, "table", operation, row_count, rows, digest)
        VALUES (coalesce(nullif(current_setting('receba.company', true), ''), '0')::bigint, clock_timestamp(),
                receba_actor(),
                coalesce(current_setting('receba.reason', true), ''), TG_TABLE_NAME, TG_OP, n, shown,
                encode(sha256(convert_to(sum_of_rows::text, 'UTF8')), 'hex'));
    END IF;
    RETURN NULL;
END $$;

-- As JSON, so that moving words from one field to the next is another text.
CREATE FUNCTION receba_event_text(e access_auditevent) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(e.id, e.chain, extract(epoch FROM e.at), e.actor, e.reason, e."table", e.operation,
                             e.row_count, e.rows, e.digest)::text
$$;

-- Runs at commit: the lock is held for the instant of the commit only, so writers do not wait for each other's work.
CREATE FUNCTION receba_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE last_position bigint; last_hash bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(715517, NEW.chain::int);
    SELECT position, hash INTO last_position, last_hash FROM access_auditlink
     WHERE chain = NEW.chain ORDER BY position DESC LIMIT 1;
    INSERT INTO access_auditlink (event_id, chain, position, hash)
    VALUES (NEW.id, NEW.chain, coalesce(last_position, 0) + 1,
            sha256(coalesce(last_hash, ''::bytea) || convert_to(receba_event_text(NEW), 'UTF8')));
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER chained AFTER INSERT ON access_auditevent DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION receba_chain();

ALTER TABLE access_auditevent ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_auditevent FORCE ROW LEVEL SECURITY;
CREATE POLICY chain_wall ON access_auditevent
    USING (chain = (SELECT coalesce(nullif(current_setting('receba.company', true), ''), '0')::bigint));
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION receba_refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_auditlink
    FOR EACH STATEMENT EXECUTE FUNCTION receba_refuse();
"""

CLOSE_THE_LOG = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'receba_app') AND current_user <> 'receba_app' THEN
        REVOKE INSERT, UPDATE, DELETE ON access_auditevent, access_auditlink FROM receba_app;
    END IF;
END $$;
"""
