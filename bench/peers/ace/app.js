// The smallest app on atlassian-connect-express, which takes the descriptor's webhook by itself. Its one installation
// is in memory and needs no database's driver, which spares it most of what it would load in production.
const express = require('express');
const bodyParser = require('body-parser');
const ace = require('atlassian-connect-express');

class MemoryStore {
  constructor() {
    this.values = new Map();
  }
  async get(key, clientKey) {
    return this.values.get(`${clientKey}:${key}`) ?? null;
  }
  async set(key, value, clientKey) {
    this.values.set(`${clientKey}:${key}`, value);
    return value;
  }
}

ace.store.register('memory', () => new MemoryStore());

const app = express();
const silent = { info() {}, warn() {}, debug() {}, error: console.error, log() {} };
const addon = ace(app, { config: { production: { localBaseUrl: process.env.BASE_URL } } }, silent);
app.use(bodyParser.json());
app.use(addon.middleware());

const tenant = JSON.parse(process.env.TENANT);
addon.settings.set('clientInfo', tenant, tenant.clientKey).then(() => {
  const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ value: server.address().port })));
});
