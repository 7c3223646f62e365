// Imported before anything of PostGraphile, which reads this while it loads. With `development`, Grafast checks its own plans,
// which slows down every request and helps only authors of plugins; if it is not set, Grafast warns on stderr.
process.env.GRAPHILE_ENV ??= 'production'
