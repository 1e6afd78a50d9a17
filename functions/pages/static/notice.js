import "./jira.js"; // for Jira's theme
