// Imported before anything of PostGraphile, which reads this while it loads. In `development` Grafast checks its own
// plans at a price that every request pays and that only authors of plugins want; unset, it complains on stderr.
process.env.GRAPHILE_ENV ??= 'production'
