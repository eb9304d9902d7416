# A database of about $MIB mebibytes from deterministic data, checked, indexed, updated and dumped.
set -eu
rows=$((MIB * 256))
sqlite3 big.db <<END
pragma journal_mode=wal; pragma synchronous=normal; pragma cache_size=-20000;
create table t(id integer primary key, k integer, body text);
insert into t with recursive n(i) as (select 1 union all select i + 1 from n where i < $rows)
  select i, (i * 7919) % 100003, printf('%.*c', 3800 + i % 97, char(97 + i % 26)) || i from n;
pragma wal_checkpoint(truncate);
create index tk on t(k);
END
stat -c %s big.db
sqlite3 big.db <<END
pragma integrity_check; pragma mmap_size=268435456;
select count(*), sum(k), sum(length(body)) from t;
select id, k, substr(body, -8) from t where k between 500 and 520 order by k, id limit 5;
begin; update t set body = upper(body) where id % 10 = 3; delete from t where id % 10 = 4; commit;
select count(*), sum(length(body)), max(id) from t;
select a.id, b.id from t a join t b on b.k = a.k + 1 order by a.k, a.id, b.id limit 3;
begin; delete from t; rollback; select count(*) from t;
create table s as select k % 100 as g, count(*) as n, avg(k) as m from t group by g; select * from s order by n desc, g limit 3;
pragma quick_check;
END
sqlite3 big.db 'select id, k from t order by k desc, id' | sha256sum
sqlite3 big.db 'vacuum'; stat -c %s big.db; sqlite3 big.db 'select * from missing' 2>&1 || echo "error $?"
