// The steps from the schema of an older version to this one's; a new log begins with schema 1 and takes them all. A step
// that was released is never changed, since logs have been through it; what comes later is another step.

import type { Database } from "bun:sqlite"

/** One step, within the transaction of all of them. */
export type Migration = (db: Database) => void

/** The first brings schema 1 to 2. */
export const MIGRATIONS: readonly Migration[] = [directMessagesErasureAndSearch, searchInParts]

// `history` holds a channel's rows under owner 0, and a direct message under each of its two accounts, so that one walk
// finds everybody an account has spoken with. No row was for an account before, and none was erased.
//
// `search` holds no text, only which rows hold which three characters (docs/adr/0003-search-by-trigrams.md).
function directMessagesErasureAndSearch(db: Database): void {
  db.run(`
    alter table events add column peer_id integer;
    alter table history rename to channel_history;
    create table history (
      owner_id integer not null,
      peer_id integer not null,
      seq integer not null,
      type text not null,
      primary key (owner_id, peer_id, seq)
    ) strict, without rowid;
    insert into history select 0, channel_id, seq, type from channel_history;
    drop table channel_history;
    create table erasures (
      id integer primary key,
      account_id integer not null,
      types text not null,
      done_seq integer not null,
      through_seq integer not null
    ) strict;
    create virtual table search using fts5 (
      text, one, other, account, nick,
      content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
    );
    insert into search (search, rank) values ('secure-delete', 1);
    insert into search (search, rank) values ('automerge', 0);
    insert into indexes values ('search', 0);
  `)
}

// A table of FTS5 for each stretch of the log in place of one for all: see search-parts.ts. It is filled again, behind the log.
function searchInParts(db: Database): void {
  db.run(`
    create table search_parts (
      id integer primary key,
      after_seq integer not null,
      end_seq integer not null,
      through_seq integer not null,
      rows integer not null default 0,
      characters integer not null default 0,
      struck integer not null default 0,
      stale integer not null default 0
    ) strict;
    drop table search;
    delete from indexes where name = 'search';
  `)
}
