"""What people write into forms: 5 KB of plausible text, never twice the same."""

import json
import random
import re
from typing import Any

SIZE = 5 * 1024
"""Bytes of a form's answers as JSON in UTF-8."""

_TEXT = (
    "客户 现场 批号 管理 库存 盘点 财务 凭证 接口 打印 "
    "权限 报表 数据 导入 校验 培训 操作 流程 模板 "
    "供应商 药品 有效期 质量 记录 服务器 备份 网络 延迟 "
    "升级 版本 需求 变更 确认 签字 计划 进度 风险 协调 "
    "验收 问题 处理 意见 完成 测试 月末 结账 发票 合同 "
    "单据 审核 退货 入库 出库 调拨 条码 扫描 终端 账号 "
    "恢复 "
)
_WORDS = re.findall(r"\S+", _TEXT)


def report(seed: int) -> dict[str, Any]:
    """Return answers for the form ``report`` of about `SIZE` bytes."""
    drawn = random.Random(seed)  # noqa: S311 - no secret
    answers: dict[str, Any] = {
        "done_on": "2026-03-02",
        "hours": drawn.randint(1, 80),
        "agreed": True,
        "summary": _text(drawn, 60),
        "findings": [],
    }
    while _size(answers) < SIZE - 200:
        finding = {
            "topic": _text(drawn, 3),
            "severity": drawn.choice(("minor", "major")),
            "description": _text(drawn, 25),
        }
        answers["findings"].append(finding)
    return answers


def flat(seed: int) -> dict[str, Any]:
    """Return as much for a task without a form."""
    return {"done": False, **report(seed)}


def _text(drawn: random.Random, words: int) -> str:
    return ",".join(
        f"{drawn.choice(_WORDS)}{drawn.choice(_WORDS)}{drawn.randint(1, 999)}"
        for _ in range(words)
    )


def _size(answers: dict[str, Any]) -> int:
    return len(json.dumps(answers, ensure_ascii=False).encode())
