// What records say of people.
#include "data/synth/attribute_tables.h"

namespace tiqu::data::synth {
namespace {

using W = std::string_view;

constexpr W kPeopleTitles0[] = {"姓名", "名字", "当事人"};
constexpr W kPeopleClauses0[] = {"姓名：{}", "{}"};
constexpr W kPeopleQuestions0[] = {"姓名是什么", "人名有哪些", "提到了哪些人",
                                   "文中有谁",   "都有谁",     "当事人叫什么名字"};
constexpr W kPeopleTitles1[] = {"性别"};
constexpr W kPeopleClauses1[] = {"{}", "{}", "性别：{}", "性别{}"};
constexpr W kPeopleQuestions1[] = {"{}的性别", "{}的性别是什么", "{}是男是女", "{}性别"};
constexpr W kPeopleTitles2[] = {"民族"};
constexpr W kPeopleClauses2[] = {"{}", "{}", "民族：{}", "{}人"};
constexpr W kPeopleQuestions2[] = {"{}的民族", "{}是什么民族", "{}的民族是什么", "{}属于哪个民族"};
constexpr W kPeopleTitles3[] = {"出生日期", "出生年月", "生日", "出生年月日", "出生时间"};
constexpr W kPeopleClauses3[] = {"{}出生",       "{}出生",   "{}生",         "生于{}",
                                 "出生日期：{}", "出生于{}", "出生日期为{}", "{}出生"};
constexpr W kPeopleQuestions3[] = {"{}的出生日期",   "{}什么时候出生", "{}的出生日期是什么时候", "{}哪天出生的",
                                   "{}的生日是哪天", "{}的出生年月",   "{}是哪年出生的",         "{}何时出生"};
constexpr W kPeopleTitles4[] = {"出生地", "出生地点"};
constexpr W kPeopleClauses4[] = {"出生地：{}", "出生于{}", "生于{}", "出生地为{}", "出生在{}"};
constexpr W kPeopleQuestions4[] = {"{}的出生地是哪里", "{}的出生地",   "{}出生在哪里",     "{}出生地在哪",
                                   "{}在哪里出生",     "{}出生于何地", "{}的出生地在哪里", "{}的出生地点是哪里"};
constexpr W kPeopleTitles5[] = {"户籍地", "户籍所在地", "户口所在地", "户籍地址", "户籍"};
constexpr W kPeopleClauses5[] = {"户籍地：{}", "户籍地{}",     "户籍所在地：{}", "户籍所在地为{}", "户口所在地：{}",
                                 "户籍地：{}", "户籍住址：{}", "户籍地为{}",     "户籍在{}",       "户籍地址：{}"};
constexpr W kPeopleQuestions5[] = {"{}的户籍地",     "{}的户籍地是哪里", "{}户籍地在哪",       "{}的户籍所在地是哪里",
                                   "{}的户口在哪里", "{}户籍在哪",       "{}的户籍地址是什么", "{}户口所在地"};
constexpr W kPeopleTitles6[] = {"住址", "现住址", "家庭住址", "居住地址", "联系地址"};
constexpr W kPeopleClauses6[] = {"住{}",     "现住{}",   "住址：{}",   "家住{}",      "现住址：{}",
                                 "住所地{}", "居住在{}", "现居住于{}", "家庭住址：{}"};
constexpr W kPeopleQuestions6[] = {"{}的住址",           "{}住在哪里", "{}的住址是哪里", "{}现住哪里",
                                   "{}的家庭住址是什么", "{}家住哪里", "{}现住址",       "{}居住在什么地方"};
constexpr W kPeopleTitles7[] = {"籍贯"};
constexpr W kPeopleClauses7[] = {"籍贯：{}", "籍贯{}", "籍贯为{}", "祖籍{}"};
constexpr W kPeopleQuestions7[] = {"{}的籍贯", "{}的籍贯是哪里", "{}籍贯在哪", "{}祖籍哪里"};
constexpr W kPeopleTitles8[] = {"身份证号码", "身份证号", "公民身份号码", "证件号码", "身份证"};
constexpr W kPeopleClauses8[] = {"身份证号码：{}", "公民身份号码{}", "身份证号：{}",       "公民身份号码：{}",
                                 "身份证号码{}",   "身份证号码为{}", "居民身份证号码：{}", "身份证：{}"};
constexpr W kPeopleQuestions8[] = {"{}的身份证号码",         "{}的身份证号码是多少", "{}身份证号",
                                   "{}的公民身份号码是什么", "{}的身份证号是多少",   "{}的证件号码"};
constexpr W kPeopleTitles9[] = {"联系电话", "手机号码", "手机", "电话", "联系方式", "手机号"};
constexpr W kPeopleClauses9[] = {"联系电话：{}", "电话{}",       "手机号码：{}", "联系电话{}",
                                 "手机：{}",     "联系方式：{}", "电话：{}",     "手机号为{}"};
constexpr W kPeopleQuestions9[] = {"{}的电话",           "{}的联系电话是多少", "{}的手机号码", "{}电话号码是多少",
                                   "{}的联系方式是什么", "怎么联系{}",         "{}手机号"};
constexpr W kPeopleTitles10[] = {"学历", "文化程度", "教育程度"};
constexpr W kPeopleClauses10[] = {"{}", "学历：{}", "文化程度：{}", "{}学历", "文化程度{}"};
constexpr W kPeopleQuestions10[] = {"{}的学历", "{}的学历是什么", "{}是什么学历", "{}的文化程度", "{}文化程度是什么"};
constexpr W kPeopleTitles11[] = {"职务", "职业", "岗位"};
constexpr W kPeopleClauses11[] = {"{}", "系{}", "职业：{}", "任{}", "职务：{}", "担任{}", "职业为{}"};
constexpr W kPeopleQuestions11[] = {"{}的职务",       "{}的职务是什么", "{}的职业是什么",
                                    "{}担任什么职务", "{}是做什么的",   "{}任什么职"};
constexpr W kPeopleTitles12[] = {"工作单位", "单位", "就职单位"};
constexpr W kPeopleClauses12[] = {"工作单位：{}", "在{}工作", "就职于{}", "{}员工", "单位：{}", "任职于{}"};
constexpr W kPeopleQuestions12[] = {"{}的工作单位",     "{}的工作单位是哪里", "{}在哪里工作",
                                    "{}在哪个单位上班", "{}任职于哪家公司",   "{}就职于哪里"};
constexpr W kPeopleTitles13[] = {"政治面貌"};
constexpr W kPeopleClauses13[] = {"{}", "政治面貌：{}", "政治面貌{}", "系{}"};
constexpr W kPeopleQuestions13[] = {"{}的政治面貌", "{}的政治面貌是什么", "{}是什么政治面貌"};
constexpr W kPeopleTitles14[] = {"婚姻状况", "婚否"};
constexpr W kPeopleClauses14[] = {"{}", "婚姻状况：{}", "{}"};
constexpr W kPeopleQuestions14[] = {"{}的婚姻状况", "{}结婚了吗", "{}的婚姻状况是什么"};
constexpr W kPeopleTitles15[] = {"曾用名", "别名", "绰号"};
constexpr W kPeopleClauses15[] = {"曾用名{}", "绰号{}", "曾用名：{}", "别名{}", "又名{}"};
constexpr W kPeopleQuestions15[] = {"{}的曾用名", "{}的曾用名是什么", "{}又叫什么", "{}的绰号是什么", "{}的别名"};
constexpr W kPeopleTitles16[] = {"年龄"};
constexpr W kPeopleClauses16[] = {"{}", "现年{}", "年龄：{}"};
constexpr W kPeopleQuestions16[] = {"{}的年龄", "{}多大", "{}多少岁", "{}的年龄是多少"};
constexpr W kPeopleTitles17[] = {"银行卡号", "账号", "银行账号", "卡号"};
constexpr W kPeopleClauses17[] = {"银行卡号：{}", "账号：{}", "银行账户{}", "卡号为{}", "收款账号：{}"};
constexpr W kPeopleQuestions17[] = {"{}的银行卡号", "{}的银行卡号是多少", "{}的账号", "{}的银行账号是什么",
                                    "{}卡号是多少"};
constexpr W kPeopleTitles18[] = {"开户行", "开户银行"};
constexpr W kPeopleClauses18[] = {"开户行：{}", "开户银行：{}", "开户于{}"};
constexpr W kPeopleQuestions18[] = {"{}的开户行", "{}的开户行是哪里", "{}的开户银行是哪家", "{}在哪个银行开户"};
constexpr W kPeopleTitles19[] = {"邮箱", "电子邮箱", "邮箱地址"};
constexpr W kPeopleClauses19[] = {"邮箱：{}", "电子邮箱：{}", "邮箱{}"};
constexpr W kPeopleQuestions19[] = {"{}的邮箱", "{}的邮箱是什么", "{}的电子邮箱", "{}邮箱地址是多少"};
constexpr W kPeopleTitles20[] = {"车牌号", "车辆号牌", "车牌"};
constexpr W kPeopleClauses20[] = {"车牌号{}", "驾驶{}小型汽车", "车牌号：{}", "名下车辆{}"};
constexpr W kPeopleQuestions20[] = {"{}的车牌号", "{}的车牌号是多少", "{}开什么牌号的车", "{}车辆号牌是什么"};
constexpr W kPeopleTitles21[] = {"部门", "所属部门", "所在部门"};
constexpr W kPeopleClauses21[] = {"部门：{}", "所在部门：{}", "隶属{}", "{}"};
constexpr W kPeopleQuestions21[] = {"{}的部门", "{}在哪个部门", "{}属于哪个部门", "{}的所在部门是什么"};
constexpr W kPeopleTitles22[] = {"入职日期", "入职时间", "到岗日期"};
constexpr W kPeopleClauses22[] = {"{}入职", "入职日期：{}", "于{}入职", "入职时间为{}"};
constexpr W kPeopleQuestions22[] = {"{}的入职日期", "{}什么时候入职", "{}的入职时间是什么时候", "{}何时入职",
                                    "{}哪天到岗"};
constexpr W kPeopleTitles23[] = {"月薪", "基本工资", "月工资"};
constexpr W kPeopleClauses23[] = {"月薪{}", "基本工资：{}", "月工资为{}", "月薪：{}"};
constexpr W kPeopleQuestions23[] = {"{}的月薪", "{}的月薪是多少", "{}工资多少", "{}的基本工资是多少",
                                    "{}每月工资多少钱"};
constexpr W kPeopleTitles24[] = {"工号", "员工编号"};
constexpr W kPeopleClauses24[] = {"工号{}", "工号：{}", "员工编号：{}"};
constexpr W kPeopleQuestions24[] = {"{}的工号", "{}的工号是多少", "{}的员工编号"};
constexpr W kPeopleTitles25[] = {"毕业院校", "毕业学校", "学校"};
constexpr W kPeopleClauses25[] = {"毕业于{}", "毕业院校：{}", "{}毕业"};
constexpr W kPeopleQuestions25[] = {"{}的毕业院校", "{}毕业于哪所学校", "{}的毕业院校是哪里", "{}哪里毕业",
                                    "{}是哪个学校毕业的"};
constexpr W kPeopleTitles26[] = {"专业", "所学专业"};
constexpr W kPeopleClauses26[] = {"{}专业", "专业：{}", "所学专业：{}"};
constexpr W kPeopleQuestions26[] = {"{}的专业", "{}学什么专业", "{}的专业是什么", "{}所学专业"};
constexpr W kPeopleTitles27[] = {"直属上级", "上级", "汇报对象"};
constexpr W kPeopleClauses27[] = {"直属上级：{}", "向{}汇报", "上级为{}"};
constexpr W kPeopleQuestions27[] = {"{}的直属上级", "{}的直属上级是谁", "{}的上级是谁", "{}向谁汇报"};

constexpr Attribute kPeopleTable[] = {
    {"姓名", Family::kPerson, kPeopleTitles0, kPeopleClauses0, kPeopleQuestions0},
    {"性别", Family::kPerson, kPeopleTitles1, kPeopleClauses1, kPeopleQuestions1},
    {"民族", Family::kPerson, kPeopleTitles2, kPeopleClauses2, kPeopleQuestions2},
    {"出生日期", Family::kPerson, kPeopleTitles3, kPeopleClauses3, kPeopleQuestions3},
    {"出生地", Family::kPerson, kPeopleTitles4, kPeopleClauses4, kPeopleQuestions4},
    {"户籍地", Family::kPerson, kPeopleTitles5, kPeopleClauses5, kPeopleQuestions5},
    {"住址", Family::kPerson, kPeopleTitles6, kPeopleClauses6, kPeopleQuestions6},
    {"籍贯", Family::kPerson, kPeopleTitles7, kPeopleClauses7, kPeopleQuestions7},
    {"身份证号码", Family::kPerson, kPeopleTitles8, kPeopleClauses8, kPeopleQuestions8},
    {"电话", Family::kPerson, kPeopleTitles9, kPeopleClauses9, kPeopleQuestions9},
    {"学历", Family::kPerson, kPeopleTitles10, kPeopleClauses10, kPeopleQuestions10},
    {"职务", Family::kPerson, kPeopleTitles11, kPeopleClauses11, kPeopleQuestions11},
    {"工作单位", Family::kPerson, kPeopleTitles12, kPeopleClauses12, kPeopleQuestions12},
    {"政治面貌", Family::kPerson, kPeopleTitles13, kPeopleClauses13, kPeopleQuestions13},
    {"婚姻状况", Family::kPerson, kPeopleTitles14, kPeopleClauses14, kPeopleQuestions14},
    {"曾用名", Family::kPerson, kPeopleTitles15, kPeopleClauses15, kPeopleQuestions15},
    {"年龄", Family::kPerson, kPeopleTitles16, kPeopleClauses16, kPeopleQuestions16},
    {"银行卡号", Family::kPerson, kPeopleTitles17, kPeopleClauses17, kPeopleQuestions17},
    {"开户行", Family::kPerson, kPeopleTitles18, kPeopleClauses18, kPeopleQuestions18},
    {"邮箱", Family::kPerson, kPeopleTitles19, kPeopleClauses19, kPeopleQuestions19},
    {"车牌号", Family::kPerson, kPeopleTitles20, kPeopleClauses20, kPeopleQuestions20},
    {"部门", Family::kStaff, kPeopleTitles21, kPeopleClauses21, kPeopleQuestions21},
    {"入职日期", Family::kStaff, kPeopleTitles22, kPeopleClauses22, kPeopleQuestions22},
    {"月薪", Family::kStaff, kPeopleTitles23, kPeopleClauses23, kPeopleQuestions23},
    {"工号", Family::kStaff, kPeopleTitles24, kPeopleClauses24, kPeopleQuestions24},
    {"毕业院校", Family::kStaff, kPeopleTitles25, kPeopleClauses25, kPeopleQuestions25},
    {"专业", Family::kStaff, kPeopleTitles26, kPeopleClauses26, kPeopleQuestions26},
    {"直属上级", Family::kStaff, kPeopleTitles27, kPeopleClauses27, kPeopleQuestions27},
};

}  // namespace

std::span<const Attribute> PeopleAttributes() { return kPeopleTable; }

}  // namespace tiqu::data::synth
