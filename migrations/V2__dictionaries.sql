-- Dictionaries, and which objects need which: one that an object needs, also while that is being written, cannot be deleted.

create table dictionaries (
    -- What archives call it: the first eight digits of sha256.
    id         text primary key check (id ~ '^[0-9a-f]{8}$'),
    name       text        not null,
    sha256     text        not null,
    text_bytes integer     not null check (text_bytes > 0),
    text       bytea       not null,
    created    timestamptz not null
);

alter table objects add column dictionary text references dictionaries (id);

create index objects_by_dictionary on objects (dictionary) where dictionary is not null;
