// `node read.js FOLDER`: what SheetJS and exceljs read in each workbook of a folder, as JSON on the standard output:
// {file: {reader: {sheet: [[cell, ...], ...]}}}. A file that one of them cannot open ends it with that reader's error.
const fs = require("fs");
const path = require("path");
const ExcelJS = require("exceljs");
const XLSX = require("xlsx");

const bySheetJs = (content) => {
  const book = XLSX.read(content, { type: "buffer" });
  const rows = (name) => XLSX.utils.sheet_to_json(book.Sheets[name], { header: 1, raw: true, defval: null, blankrows: true });
  return Object.fromEntries(book.SheetNames.map((name) => [name, rows(name)]));
};

const byExcelJs = async (content) => {
  const book = await new ExcelJS.Workbook().xlsx.load(content);
  const day = (value) => (value instanceof Date ? value.getTime() / 86400000 + 25569 : value);
  const rows = (sheet) => {
    const found = [];
    sheet.eachRow({ includeEmpty: true }, (row) => found.push(Array.from(row.values.slice(1), (value) => day(value ?? null))));
    return found;
  };
  return Object.fromEntries(book.worksheets.map((sheet) => [sheet.name, rows(sheet)]));
};

(async () => {
  const found = {};
  for (const name of fs.readdirSync(process.argv[2]).filter((each) => each.endsWith(".xlsx"))) {
    const content = fs.readFileSync(path.join(process.argv[2], name));
    found[name] = { SheetJS: bySheetJs(content), exceljs: await byExcelJs(content) };
  }
  process.stdout.write(JSON.stringify(found));
})();
