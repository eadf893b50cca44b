// A file with a table is read here and goes into the form as text, as if it had been pasted.
{
  const scripted = () => document.querySelectorAll("[data-scripted]").forEach((each) => (each.hidden = false));
  page.onView(scripted);
  document.addEventListener("change", async (event) => {
    if (event.target.id !== "table-file" || !event.target.files.length) return;
    const bytes = new Uint8Array(await event.target.files[0].arrayBuffer());
    try {
      document.getElementById("table").value = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      page.status.textContent = "The file is no UTF-8 text: save it as CSV UTF-8.";
    }
  });
}
