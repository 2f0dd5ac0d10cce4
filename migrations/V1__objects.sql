-- Objects and their archives. An object is pending while a service writes it and stored once its archive was verified;
-- only stored ones are shown. Every chunk belongs to an object and goes with it.

create table objects (
    id             uuid primary key,
    name           text        not null,
    state          text        not null check (state in ('PENDING', 'STORED')),
    -- The key of the advisory lock that the writing service holds for as long as it lives.
    instance       bigint      not null,
    tier           text        not null,
    model          text        not null,
    model_name     text        not null,
    original_bytes bigint      not null check (original_bytes >= 0),
    archive_bytes  bigint      not null check (archive_bytes >= 0),
    frames         integer     not null check (frames >= 0),
    chunk_bytes    integer     not null check (chunk_bytes > 0),
    sha256         text        not null,
    archive_sha256 text        not null,
    created        timestamptz not null
);

create index objects_newest_first on objects (created desc, id desc) where state = 'STORED';
create index objects_pending on objects (instance) where state = 'PENDING';

create table archive_chunks (
    object_id   uuid    not null references objects (id) on delete cascade,
    chunk_index integer not null check (chunk_index >= 0),
    bytes       bytea   not null,
    primary key (object_id, chunk_index)
);

-- Archives do not compress any further: do not let the server try.
alter table archive_chunks alter column bytes set storage external;
