-- Reports by fiscal year and history by the numbers of its entries, in partitions that PostgreSQL declares (15 or later).
-- The tables keep their names, columns, indexes, rules and triggers, so the program is the same before and after.
-- Run by the owner of the tables while `flask read-only on` and `SET default_transaction_read_only = off`;
-- `flask log rights` must be given again. docs/decisions/0043-beyond-one-machine.md has why.

CREATE FUNCTION pg_temp.divide(name text, way text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE whole text := name || '_whole'; made text[]; inward text[]; sequence text; each text;
BEGIN
  SELECT coalesce(array_agg(said ORDER BY rank), '{}') INTO made FROM (
    SELECT 1 AS rank, format('ALTER TABLE %I ADD CONSTRAINT %I %s', name, conname, pg_get_constraintdef(oid)) AS said
      FROM pg_constraint WHERE conrelid = name::regclass AND contype IN ('p', 'u', 'f')
    UNION ALL
    SELECT 2, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = name::regclass
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
    UNION ALL
    SELECT 3, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = name::regclass AND NOT tgisinternal
  ) AS found;
  SELECT coalesce(array_agg(format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
                                   pg_get_constraintdef(oid))), '{}')
    INTO inward FROM pg_constraint WHERE confrelid = name::regclass AND contype = 'f';
  SELECT pg_get_serial_sequence(name, 'id') INTO sequence
    WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = name::regclass AND attname = 'id');
  EXECUTE format('ALTER TABLE %I RENAME TO %I', name, whole);
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL EXCLUDING INDEXES) PARTITION BY %s', name, whole, way);
  IF sequence IS NOT NULL THEN
    EXECUTE format('ALTER SEQUENCE %s OWNED BY %I.id', sequence, name);
  END IF;
  PERFORM set_config('divide.made', to_json(made)::text, true), set_config('divide.inward', to_json(inward)::text, true);
END $$;

-- Once the partitions are there: the rows, then what holds them together.
CREATE FUNCTION pg_temp.fill(name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE each text;
BEGIN
  EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, name || '_whole');
  EXECUTE format('DROP TABLE %I CASCADE', name || '_whole');
  FOR each IN SELECT json_array_elements_text(current_setting('divide.made')::json) LOOP EXECUTE each; END LOOP;
  FOR each IN SELECT json_array_elements_text(current_setting('divide.inward')::json) LOOP EXECUTE each; END LOOP;
END $$;

SELECT pg_temp.divide('reports', 'LIST (fiscal_year)');
CREATE TABLE reports_2561 PARTITION OF reports FOR VALUES IN (2561);
CREATE TABLE reports_2562 PARTITION OF reports FOR VALUES IN (2562);
CREATE TABLE reports_others PARTITION OF reports DEFAULT;
SELECT pg_temp.fill('reports');

-- A year of history is a range of numbers: the first number of the next year ends it.
SELECT pg_temp.divide('history', 'RANGE (id)');
CREATE TABLE history_until_2561 PARTITION OF history FOR VALUES FROM (MINVALUE) TO (1000000);
CREATE TABLE history_since_2562 PARTITION OF history FOR VALUES FROM (1000000) TO (MAXVALUE);
SELECT pg_temp.fill('history');
