"""The page of a long task: polling, stopping, taking the file; for the own office or the bringer."""

from lifecycle import long_tasks
from lifecycle.long_tasks import Outcome
from models import Event, LongTask, Role
from tests.builders import a_user, an_office, hand_of
from tests.page import log_in


def a_task(state="done", office=None, content=b"zip", **data):
    """A task of a clerk, ended, then set to `state`."""
    task = long_tasks.start(
        "test", "批量打印", hand=hand_of(Role.CLERK, office=office), data=data,
        work=lambda task_id, report: Outcome(content=content, filename="文书.zip"),
    )  # fmt: skip
    long_tasks.join_all()
    LongTask.update(state=state, done=3, total=12).where(LongTask.id == task.id).execute()
    return LongTask.get_by_id(task.id)


def test_a_running_task_asks_for_itself_every_second_and_a_finished_one_no_more(client):
    task, browser = a_task("running"), log_in(client, Role.CLERK)
    region = browser.swap("get", f"/imports/tasks/{task.id}/region").one(id=f"job-{task.id}")
    assert (region.attrs["hx-trigger"], region.one("progress").attrs["value"]) == ("every 1s", "25")
    assert "3 / 12，25%" in region.text
    LongTask.update(state="done").where(LongTask.id == task.id).execute()
    region = browser.swap("get", f"/imports/tasks/{task.id}/region").one(id=f"job-{task.id}")
    assert "hx-trigger" not in region.attrs
    assert region.one("a").text == "下载 文书.zip"


def test_the_file_goes_out_under_its_name_and_leaves_an_event(client):
    task, browser = a_task(), log_in(client, Role.CLERK)
    answer = browser.get(f"/imports/tasks/{task.id}/file")
    assert answer.data == b"zip"
    event = Event.select().order_by(Event.id.desc()).get()
    assert (event.stream, event.action) == (f"office:{task.office_id}", "download")
    assert event.change == {"title": "批量打印", "filename": "文书.zip"}


def test_a_file_with_personal_numbers_is_for_the_one_who_brought_them(client):
    task, office = a_task(is_personal=True), an_office()
    log_in(client, Role.MANAGER).get(f"/imports/tasks/{task.id}/file", status=404)
    assert a_user(Role.CLERK, office=office) == task.created_by
    client.post("/log-out")
    log_in(client, Role.CLERK).get(f"/imports/tasks/{task.id}/file")


def test_another_offices_task_is_not_there(client):
    task = a_task(office=an_office("清源县医疗保险事业中心", "清医保"))
    browser = log_in(client, Role.CLERK, Role.MANAGER)
    for place in ("", "/region", "/file"):
        browser.get(f"/imports/tasks/{task.id}{place}", status=404)
    browser.post(f"/imports/tasks/{task.id}/cancel", status=404)


def test_a_task_is_stopped_by_its_owner_or_a_manager(client):
    task = a_task("running")
    log_in(client, Role.REVIEWER).post(f"/imports/tasks/{task.id}/cancel", status=403)
    client.post("/log-out")
    log_in(client, Role.MANAGER).post(f"/imports/tasks/{task.id}/cancel")
    assert LongTask.get_by_id(task.id).state == "cancelled"
    assert Event.select().order_by(Event.id.desc()).get().action == "cancel_task"


def test_the_list_holds_ones_own_tasks_newest_first(client):
    empty = log_in(client, Role.REVIEWER).get("/imports/tasks")
    assert empty.one(class_="empty").one("b").text == "没有任务"
    client.post("/log-out")
    a_task("failed"), a_task("running")
    rows = log_in(client, Role.CLERK).get("/imports/tasks").one("tbody").all("tr")
    assert [row.one(class_="state").text for row in rows] == ["进行中", "没有完成"]
    assert rows[0].one("th").one("a").text == "批量打印"
