// The smallest app on atlassian-connect-express, which takes the descriptor's webhook by itself. STORE is where it has
// its sites, as its config.json would say it.
const express = require('express');
const bodyParser = require('body-parser');
const ace = require('atlassian-connect-express');

const app = express();
const silent = { info() {}, warn() {}, debug() {}, error: console.error, log() {} };
const config = { production: { store: JSON.parse(process.env.STORE) } };
const addon = ace(app, { config }, silent);
app.use(bodyParser.json());
app.use(addon.middleware());

function listen() {
  const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ value: server.address().port })));
}

// A database has had the site since it installed the app; memory is empty in a new process.
if (addon.settings.isMemoryStore()) {
  const tenant = JSON.parse(process.env.TENANT);
  addon.settings.set('clientInfo', tenant, tenant.clientKey).then(listen);
} else {
  listen();
}
